using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>
/// The owner or an admin has a member erased: what names him goes here at once and elsewhere by the event; bookings and invoices keep the id, as the law wants. Refused while stays are
/// ahead or under way (stays_open) and for admins (admin_must_step_down).
/// </summary>
public static class EraseUser
{
    public static void Map(RouteGroupBuilder users) => users.MapDelete("/{id}", Handle).WithName("EraseUser").Produces(204);

    private static async Task<IResult> Handle(UserId id, Caller caller, UsersDb db, Outbox outbox, TimeProvider clock, CancellationToken ct)
    {
        if (id != caller.UserId && !caller.IsAdmin) return UserRefusals.NotYours.ToProblem();
        var profile = id == caller.UserId ? await db.OwnAsync(caller, clock, ct) : await db.LivingAsync(id, ct);
        if (profile is null) return UserRefusals.UserNotFound.ToProblem();
        if (profile.IsAdmin || (id == caller.UserId && caller.IsAdmin)) return UserRefusals.AdminMustStepDown.ToProblem();
        var user = id.Value;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.Database.SqlQuery<int>($"select 1 as \"Value\" from open_stays where user_id = {user}").AnyAsync(ct)) return UserRefusals.StaysOpen.ToProblem();

        // Who shows names learns the new one first, who keeps contacts forgets last.
        var erased = profile.Erase(clock.GetUtcNow());
        outbox.Add(profile.Fact());
        outbox.Add(erased);
        await db.Database.ExecuteSqlAsync($"delete from user_documents where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from user_verifications where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from user_addresses where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from user_preferences where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from user_wallets where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from avatars where owner_id = {user}", ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Results.NoContent();
    }
}
