using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using Microsoft.Extensions.Caching.Memory;

namespace EstoSpaces.Media;

/// <summary>
/// Rows of public pictures that are ready, kept in memory for half a minute: a search page asks for dozens of renditions at once, and what is ready changes
/// only by being deleted. Another process of this service may show a deleted picture that much longer; its bytes stay for a day anyway.
/// </summary>
public sealed class ShownFiles(MediaReads reads) : IDisposable
{
    const int MaxFiles = 20_000;
    static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    readonly MemoryCache rows = new(new MemoryCacheOptions { SizeLimit = MaxFiles });

    public async ValueTask<MediaRow?> FindAsync(MediaId id, CancellationToken ct)
    {
        if (rows.TryGetValue(id, out MediaRow? kept)) return kept;
        var row = await reads.FindAsync(id, ct);
        if (row is { Status: MediaStatus.Ready } && row.Purpose.IsPublic()) rows.Set(id, row, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = KeptFor });
        return row;
    }

    public void Forget(MediaId id) => rows.Remove(id);

    public void Dispose() => rows.Dispose();
}
