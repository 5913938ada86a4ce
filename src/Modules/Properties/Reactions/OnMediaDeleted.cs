using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Properties.Reactions;

/// <summary>A file is gone: no listing shows it any more.</summary>
public sealed class OnMediaDeleted(PropertiesDb db, ReadyPictures pictures) : IReaction<MediaDeleted>
{
    public Task HandleAsync(MediaDeleted fact, ReactionContext context, CancellationToken ct) => TakeOutAsync(db, pictures, fact.MediaId, ct);

    internal static async Task TakeOutAsync(PropertiesDb db, ReadyPictures pictures, MediaId media, CancellationToken ct)
    {
        await pictures.NoteAsync(media, ct);
        await db.Database.ExecuteSqlAsync($"""
            with gone as (delete from property_images where media_id = {media.Value} returning property_id)
            update properties set version = version + 1 where id in (select property_id from gone)
            """, ct);
        await db.Database.ExecuteSqlAsync($"delete from property_media where media_id = {media.Value}", ct);
    }
}
