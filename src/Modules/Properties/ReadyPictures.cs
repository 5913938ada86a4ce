using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Properties.Timers;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Properties;

/// <summary>
/// Notes listings whose pictures changed without an edit, and has them announced together within two seconds: a picture that many listings show, or many pictures
/// of one listing, are one announcement of each listing.
/// </summary>
public sealed class ReadyPictures(PropertiesDb db, Outbox outbox, TimeProvider clock)
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);

    public async Task NoteAsync(MediaId media, CancellationToken ct)
    {
        var noted = await db.Database.ExecuteSqlAsync($"""
            update properties set pictures_changed = true where id in (select property_id from property_images where media_id = {media.Value}) and not pictures_changed
            """, ct);
        if (noted > 0) await AnnounceSoonAsync(ct);
    }

    /// <summary>One timer for each stretch of two seconds: setting it again leaves it where it is, so that a stream of pictures doesn't put it off.</summary>
    public Task AnnounceSoonAsync(CancellationToken ct)
    {
        var stretch = clock.GetUtcNow().UtcTicks / Wait.Ticks + 1;
        return outbox.SetTimerAsync<AnnounceReadyPictures>($"pictures:{stretch}", new DateTimeOffset(stretch * Wait.Ticks, TimeSpan.Zero), ct);
    }
}
