using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>A picture is gone: nobody shows it any more.</summary>
public sealed class OnMediaDeleted(UsersDb db, Outbox outbox, TimeProvider clock) : IReaction<MediaDeleted>
{
    public async Task HandleAsync(MediaDeleted fact, ReactionContext context, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"delete from avatars where media_id = {fact.MediaId.Value}", ct);
        foreach (var profile in await db.Profiles.Where(p => p.AvatarId == fact.MediaId && p.ErasedAt == null).ToListAsync(ct)) outbox.Add(profile.PictureGone(clock.GetUtcNow()));
    }
}
