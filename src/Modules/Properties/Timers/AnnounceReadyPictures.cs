using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Properties.Timers;

/// <summary>Tells other modules of all listings whose pictures changed since the last time.</summary>
public sealed class AnnounceReadyPictures(PropertiesDb db, Outbox outbox, ReadyPictures pictures) : ITimerDoor
{
    private const int AtOnce = 500;

    public async Task FireAsync(string subject, CancellationToken ct)
    {
        // Rows that somebody edits right now are left alone: the edit announces them, and the next firing finds the mark.
        var ids = await db.Database.SqlQuery<Guid>($"""
            update properties set pictures_changed = false, revision = revision + 1
            where id in (select id from properties where pictures_changed order by id limit {AtOnce} for update skip locked) returning id as "Value"
            """).ToListAsync(ct);
        var rows = await PropertyReads.SelectAsync(db, [.. ids.Select(id => new PropertyId(id))], ct);
        outbox.AddAll(rows.Select(r => r.Announcement()).OfType<IEvent>());
        if (await db.Database.SqlQuery<bool>($"""select exists (select from properties where pictures_changed) as "Value" """).SingleAsync(ct)) await pictures.AnnounceSoonAsync(ct);
    }
}
