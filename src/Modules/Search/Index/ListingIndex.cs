using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Search.Index;

/// <summary>All published listings in memory, under one lock: many readers, few writers. Scans are linear: a few milliseconds for tens of thousands of listings.</summary>
internal sealed class ListingIndex(Settings settings) : IDisposable
{
    private readonly ReaderWriterLockSlim gate = new();
    private readonly Dictionary<PropertyId, IndexedListing> published = [];
    private readonly Dictionary<PropertyId, (long Version, IndexedListing Listing)> all = [];

    public PlatformFees Fees { get; } = QuoteCalculator.FeesOf(settings);

    /// <summary>Runs while nothing can change.</summary>
    public T Read<T>(Func<IReadOnlyCollection<IndexedListing>, T> scan)
    {
        gate.EnterReadLock();
        try { return scan(published.Values); }
        finally { gate.ExitReadLock(); }
    }

    public void Put(ListingSnapshot snapshot) => Write(() =>
    {
        var before = all.GetValueOrDefault(snapshot.Id);
        if (before.Listing is not null && before.Version >= snapshot.Version) return;
        var listing = new IndexedListing(snapshot, Fees);
        if (before.Listing is not null) listing.TakeAllOf(before.Listing);
        if (waiting.Remove(snapshot.Id, out var nights))
            foreach (var (entry, start, end) in nights) listing.Take(entry, start, end);
        all[snapshot.Id] = (snapshot.Version, listing);
        if (snapshot.Status == ListingStatus.Published) published[snapshot.Id] = listing;
        else published.Remove(snapshot.Id);
    });

    /// <summary>Nights of a listing that has not been heard of yet wait for it.</summary>
    public void Take(PropertyId id, Guid entry, DateOnly start, DateOnly end) => Write(() =>
    {
        if (all.TryGetValue(id, out var known)) known.Listing.Take(entry, start, end);
        else if (waiting.TryGetValue(id, out var nights)) nights.Add((entry, start, end));
        else waiting[id] = [(entry, start, end)];
    });

    /// <summary>All listings that were heard of or have nights.</summary>
    public IReadOnlyCollection<PropertyId> Known
    {
        get
        {
            gate.EnterReadLock();
            try { return [.. all.Keys, .. waiting.Keys]; }
            finally { gate.ExitReadLock(); }
        }
    }

    /// <summary>These nights are taken and no others.</summary>
    public void TakeOnly(PropertyId id, IReadOnlyCollection<(Guid Entry, DateOnly Start, DateOnly End)> nights) => Write(() =>
    {
        if (all.TryGetValue(id, out var known)) known.Listing.TakeOnly(nights);
        else if (nights.Count > 0) waiting[id] = [.. nights];
        else waiting.Remove(id);
    });

    public void Free(PropertyId id, Guid entry) => Write(() =>
    {
        if (all.TryGetValue(id, out var known)) known.Listing.Free(entry);
        else if (waiting.TryGetValue(id, out var nights)) nights.RemoveAll(n => n.Entry == entry);
    });

    public void Dispose() => gate.Dispose();

    private readonly Dictionary<PropertyId, List<(Guid Entry, DateOnly Start, DateOnly End)>> waiting = [];

    private void Write(Action change)
    {
        gate.EnterWriteLock();
        try { change(); }
        finally { gate.ExitWriteLock(); }
    }
}
