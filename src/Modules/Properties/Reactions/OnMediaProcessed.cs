using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Properties.Reactions;

/// <summary>A picture's renditions are ready: listings show them. One that failed leaves the listings it was put into.</summary>
public sealed class OnMediaProcessed(PropertiesDb db, ReadyPictures pictures) : IReaction<MediaProcessed>
{
    public async Task HandleAsync(MediaProcessed fact, ReactionContext context, CancellationToken ct)
    {
        var media = fact.Media;
        if (media.Purpose != MediaPurpose.Listing) return;
        if (media.Status == MediaStatus.Failed)
        {
            await OnMediaDeleted.TakeOutAsync(db, pictures, media.Id, ct);
            return;
        }
        var (known, urls) = (PropertyMedia.Of(media), JsonSerializer.Serialize(media.Urls, Wire.Json));
        if (known.Urls is null) return;
        await db.Database.ExecuteSqlAsync($"""
            insert into property_media (media_id, width, height, placeholder, urls) values ({media.Id.Value}, {known.Width}, {known.Height}, {known.Placeholder}, {urls}::jsonb)
            on conflict (media_id) do update set width = excluded.width, height = excluded.height, placeholder = excluded.placeholder, urls = excluded.urls
            """, ct);
        await pictures.NoteAsync(media.Id, ct);
    }
}
