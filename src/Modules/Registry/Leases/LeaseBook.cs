using System.Text;
using EstoSpaces.Contracts;

namespace EstoSpaces.Registry.Leases;

/// <summary>What became of a renewal. Newer is set when a peer renewed with an older state than is known here.</summary>
internal readonly record struct Renewal(bool Known, InstanceView? Newer = null);

/// <summary>What the registry did on its own or was told, for the dashboard.</summary>
internal sealed record Note(DateTimeOffset At, string What, InstanceKey Key);

/// <summary>How well instances renewed in the last minute. While it is not well enough, nothing is evicted: rather the network failed than all of them.</summary>
internal readonly record struct Pulse(int Expected, int Seen)
{
    public const double Share = 0.85;

    public bool Preserving => Seen < Expected * Share;
}

/// <summary>All applications at one moment. Two equal hashes stand for the same number of instances in each status.</summary>
internal sealed record Applications(long Version, string Hash, IReadOnlyList<InstanceView> Instances)
{
    /// <summary>Eureka's hash: status, underscore, count, underscore, in the order of the statuses' names.</summary>
    public static string HashOf(IEnumerable<InstanceStatus> statuses)
    {
        var hash = new StringBuilder();
        foreach (var status in statuses.GroupBy(s => s.Wire()).OrderBy(g => g.Key, StringComparer.Ordinal)) hash.Append(status.Key).Append('_').Append(status.Count()).Append('_');
        return hash.ToString();
    }
}

/// <summary>The register itself: instances, their leases, and what changed in the last three minutes. In memory only: whoever lives registers again within half a minute.</summary>
internal sealed class LeaseBook(TimeProvider clock)
{
    public const int MostInstances = 10_000;
    private const int MostNotes = 60;
    private static readonly TimeSpan ChangesKept = TimeSpan.FromMinutes(3);

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, SortedDictionary<string, Lease>> apps = new(StringComparer.Ordinal);
    private readonly Queue<(DateTimeOffset At, InstanceKey Key, InstanceView? Gone)> changes = new();
    private readonly Queue<Note> notes = new();
    private int count;
    private long version = 1;

    /// <summary>Grows with every change that a fetch would show, so that answers can be kept until then.</summary>
    public long Version => Interlocked.Read(ref version);

    public Result<bool> Register(InstanceInfo info)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (Find(info.Key) is { } lease) lease.Register(info, now);
            else
            {
                if (count >= MostInstances) return RegistryRefusals.Full;
                if (!apps.TryGetValue(info.App, out var instances)) apps[info.App] = instances = new(StringComparer.Ordinal);
                instances[info.InstanceId] = new Lease(info, now);
                count++;
                Remember(now, "registered", info.Key);
            }
            Changed(now, info.Key);
            return true;
        }
    }

    /// <summary>Renews a lease. Unknown instances, and those that changed since they registered here, are told to register.</summary>
    public Renewal Renew(InstanceKey key, long? lastDirtyTimestamp, bool fromPeer)
    {
        lock (gate)
        {
            if (Find(key) is not { } lease) return new Renewal(false);
            if (lastDirtyTimestamp > lease.Info.LastDirtyTimestamp) return new Renewal(false);
            lease.Renew(clock.GetUtcNow());
            return new Renewal(true, fromPeer && lastDirtyTimestamp < lease.Info.LastDirtyTimestamp ? lease.View() : null);
        }
    }

    public bool Cancel(InstanceKey key)
    {
        lock (gate) return Remove(key, "cancelled", clock.GetUtcNow());
    }

    /// <summary>An operator's word about an instance, or its withdrawal (Unknown), then with the status it falls back to when one is suggested.</summary>
    public bool Decide(InstanceKey key, InstanceStatus decided, InstanceStatus? fallback, long? lastDirtyTimestamp)
    {
        lock (gate)
        {
            if (Find(key) is not { } lease) return false;
            var now = clock.GetUtcNow();
            if (fallback is { } status && status != InstanceStatus.Unknown) lease.Say(lease.Info with { Status = status }, now);
            lease.Decide(decided, lastDirtyTimestamp, now);
            Remember(now, decided == InstanceStatus.Unknown ? "override removed" : $"set to {decided.Wire()}", key);
            Changed(now, key);
            return true;
        }
    }

    /// <summary>Changes what an instance said of itself. The change answers what it says from now on, or a refusal.</summary>
    public Result<bool> Amend(InstanceKey key, Func<InstanceInfo, Result<InstanceInfo>> change)
    {
        lock (gate)
        {
            if (Find(key) is not { } lease) return RegistryRefusals.NotRegistered;
            var said = change(lease.Info);
            if (said.Refused) return said.Refusal;
            var now = clock.GetUtcNow();
            lease.Say(said.Value with { LastDirtyTimestamp = Math.Max(now.ToUnixTimeMilliseconds(), said.Value.LastDirtyTimestamp) }, now);
            Changed(now, key);
            return true;
        }
    }

    /// <summary>Takes out the instances whose lease ended, unless so many are silent that the network is rather to blame. Answers how many went.</summary>
    public int Evict()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            if (PulseAt(now).Preserving) return 0;
            var ended = Leases().Where(l => l.EndsBy(now)).Select(l => l.Info.Key).ToList();
            foreach (var key in ended) Remove(key, "evicted", now);
            return ended.Count;
        }
    }

    public Pulse Pulse()
    {
        lock (gate) return PulseAt(clock.GetUtcNow());
    }

    public Applications All()
    {
        lock (gate) return new Applications(version, Hash(), [.. Leases().Select(l => l.View())]);
    }

    /// <summary>The last state of everything that changed in the last three minutes, with the hash of all there is.</summary>
    public Applications Delta()
    {
        lock (gate)
        {
            var since = clock.GetUtcNow() - ChangesKept;
            while (changes.TryPeek(out var oldest) && oldest.At < since) changes.Dequeue();
            var latest = new Dictionary<InstanceKey, InstanceView>();
            foreach (var (_, key, gone) in changes)
                if ((gone ?? Find(key)?.View()) is { } view) latest[key] = view;
            return new Applications(version, Hash(), [.. latest.Values.OrderBy(v => v.Info.App, StringComparer.Ordinal).ThenBy(v => v.Info.InstanceId, StringComparer.Ordinal)]);
        }
    }

    public InstanceView? Get(InstanceKey key)
    {
        lock (gate) return Find(key)?.View();
    }

    public IReadOnlyList<InstanceView> Where(Func<InstanceInfo, bool> wanted)
    {
        lock (gate) return [.. Leases().Where(l => wanted(l.Info)).Select(l => l.View())];
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<Note> Notes()
    {
        lock (gate) return [.. notes.Reverse()];
    }

    private Lease? Find(InstanceKey key) => apps.TryGetValue(key.App, out var instances) && instances.TryGetValue(key.Id, out var lease) ? lease : null;

    private IEnumerable<Lease> Leases() => apps.Values.SelectMany(i => i.Values);

    private string Hash() => Applications.HashOf(Leases().Select(l => l.Status));

    private Pulse PulseAt(DateTimeOffset now)
    {
        var (expected, seen) = (0, 0);
        foreach (var lease in Leases())
        {
            var renewals = lease.RenewalsOfLastMinute(now);
            (expected, seen) = (expected + renewals.Expected, seen + renewals.Seen);
        }
        return new Pulse(expected, seen);
    }

    private bool Remove(InstanceKey key, string what, DateTimeOffset now)
    {
        if (Find(key) is not { } lease) return false;
        apps[key.App].Remove(key.Id);
        if (apps[key.App].Count == 0) apps.Remove(key.App);
        count--;
        Remember(now, what, key);
        Changed(now, key, lease.View(now));
        return true;
    }

    private void Changed(DateTimeOffset now, InstanceKey key, InstanceView? gone = null)
    {
        changes.Enqueue((now, key, gone));
        // A stream of changes must not grow for three minutes without end; who misses one sees it by the hash and fetches all.
        if (changes.Count > 2 * MostInstances) changes.Dequeue();
        Interlocked.Increment(ref version);
    }

    private void Remember(DateTimeOffset now, string what, InstanceKey key)
    {
        notes.Enqueue(new Note(now, what, key));
        if (notes.Count > MostNotes) notes.Dequeue();
    }
}
