using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Media.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Media.Slices;

/// <summary>The owner or an admin deletes a file; refused while a listing shows it. It is out of sight at once, its bytes are erased a day later.</summary>
public static class DeleteMedia
{
    static readonly TimeSpan BytesStay = TimeSpan.FromDays(1);

    public static void Map(RouteGroupBuilder media) => media.MapDelete("/{id:guid}", HandleAsync).WithName("DeleteMedia").RequireAuthorization(Policies.User).Produces(204);

    static async Task<IResult> HandleAsync(Guid id, Caller caller, MediaDb db, Outbox outbox, ShownFiles files, TimeProvider clock, CancellationToken ct)
    {
        var mediaId = MediaId.From(id);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var file = await db.Files.FromSql($"select * from media_files where id = {id} for update").SingleOrDefaultAsync(ct);
        if (file is null) return MediaRefusals.NotFound.ToProblem();
        var inUse = await db.Database.SqlQuery<int>($"""select count(*)::int as "Value" from media_uses where media_id = {id}""").SingleAsync(ct) > 0;

        var now = clock.GetUtcNow();
        var deleted = file.Delete(caller.UserId, caller.IsAdmin, inUse, now.ToUniversalTime());
        if (deleted.Refused) return deleted.Refusal.ToProblem();

        outbox.Add(deleted.Value);
        await outbox.SetTimerAsync<RemoveDeletedMedia>(mediaId.ToString(), now + BytesStay, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        files.Forget(mediaId);
        return Results.NoContent();
    }
}
