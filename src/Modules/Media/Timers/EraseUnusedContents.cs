using EstoSpaces.Kernel.Events;
using EstoSpaces.Media.Storage;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Media.Timers;

/// <summary>Erases the objects of a content that no file shows, then its row. Runs after the mark is committed, so nothing can be linked to it any more; repeating it is harmless.</summary>
public sealed class EraseUnusedContents(MediaDb db, IObjectStore store) : ITimerDoor
{
    public async Task FireAsync(string subject, CancellationToken ct)
    {
        var content = Guid.Parse(subject);
        foreach (var folder in (string[])[ContentKeys.Folder(content, isPublic: true), ContentKeys.Folder(content, isPublic: false)])
            await foreach (var key in store.ListAsync(folder, ct)) await store.DeleteAsync(key, ct);
        await store.DeleteAsync(ContentKeys.Original(content), ct);
        await db.Database.ExecuteSqlAsync($"delete from media_metadata where id = {content} and removed_at is not null", ct);
    }
}
