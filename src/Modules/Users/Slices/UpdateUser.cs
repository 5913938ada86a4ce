using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Users;

/// <summary>The owner or an admin changes a profile. Anybody else is refused (not_your_profile); so is somebody else's picture and a change against an older version.</summary>
public static class UpdateUser
{
    public static void Map(RouteGroupBuilder users) => users.MapPut("/{id}", Handle).WithName("UpdateUser").Produces<ProfileView>();

    private static async Task<IResult> Handle(UserId id, ProfileChange change, Caller caller, HttpContext http, UsersDb db, Outbox outbox, Avatars avatars, TimeProvider clock, CancellationToken ct)
    {
        if (id != caller.UserId && !caller.IsAdmin) return UserRefusals.NotYours.ToProblem();
        var profile = id == caller.UserId ? await db.OwnAsync(caller, clock, ct) : await db.LivingAsync(id, ct);
        return profile is null ? UserRefusals.UserNotFound.ToProblem() : await ChangeAsync(profile, change, http, db, outbox, avatars, clock, ct);
    }

    internal static async Task<IResult> ChangeAsync(Profile profile, ProfileChange change, HttpContext http, UsersDb db, Outbox outbox, Avatars avatars, TimeProvider clock, CancellationToken ct)
    {
        if (Versions.Check(http, profile.Version) is { } stale) return stale.ToProblem();
        if (change.CheckAge(clock.GetUtcNow()) is { } young) return young.ToProblem();
        if (change.AvatarId is { } picture && await avatars.PutAsync(profile, picture, ct) is { } refusal) return refusal.ToProblem();
        outbox.Add(profile.Change(change, clock.GetUtcNow()));
        await db.SaveChangesAsync(ct);
        Versions.Tag(http, profile.Version);
        return Results.Ok(profile.View());
    }
}
