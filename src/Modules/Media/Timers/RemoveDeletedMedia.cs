using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Media.Timers;

/// <summary>A day after a file was deleted: its content is marked for erasure, unless another file shows it.</summary>
public sealed class RemoveDeletedMedia(MediaDb db, Outbox outbox, TimeProvider clock) : ITimerDoor
{
    public async Task FireAsync(string subject, CancellationToken ct)
    {
        var file = Guid.Parse(subject);
        // The lock on the content keeps new files from being linked to it until the mark is committed.
        var contents = await db.Database.SqlQuery<Guid>($"""
            select c.id as "Value" from media_metadata c join media_files f on f.content_id = c.id where f.id = {file} and c.removed_at is null for update of c
            """).ToListAsync(ct);
        foreach (var content in contents)
        {
            var marked = await db.Database.ExecuteSqlAsync($"""
                update media_metadata set removed_at = now()
                where id = {content} and not exists (select 1 from media_files where content_id = {content} and deleted_at is null)
                """, ct);
            if (marked == 1) await outbox.SetTimerAsync<EraseUnusedContents>(content.ToString(), clock.GetUtcNow(), ct);
        }
    }
}
