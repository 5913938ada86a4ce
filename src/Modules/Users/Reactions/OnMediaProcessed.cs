using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>A picture that may be an avatar is ready: it is noted with its owner, and shown if the owner chose it already. Chosen by somebody else, it is taken off again.</summary>
public sealed class OnMediaProcessed(UsersDb db, Outbox outbox, TimeProvider clock) : IReaction<MediaProcessed>
{
    private const int WantedWidth = 320;

    public async Task HandleAsync(MediaProcessed fact, ReactionContext context, CancellationToken ct)
    {
        var media = fact.Media;
        if (media.Purpose != MediaPurpose.Avatar || media.Status != MediaStatus.Ready || media.Urls.Count == 0) return;
        var url = media.Urls.OrderBy(u => int.TryParse(u.Key, out var width) ? Math.Abs(width - WantedWidth) : int.MaxValue).First().Value;
        await db.Database.ExecuteSqlAsync($"insert into avatars (media_id, owner_id, url) values ({media.Id.Value}, {media.OwnerId.Value}, {url}) on conflict (media_id) do update set url = excluded.url", ct);
        foreach (var profile in await db.Profiles.Where(p => p.AvatarId == media.Id && p.ErasedAt == null).ToListAsync(ct))
            outbox.Add(profile.UserId == media.OwnerId ? profile.PictureReady(url, clock.GetUtcNow()) : profile.PictureGone(clock.GetUtcNow()));
    }
}
