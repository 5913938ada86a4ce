using System.Collections.Concurrent;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>
/// Whom to ask next among the instances of a module: one after the other, passing over those that refused a connection in the last seconds, or said that they are leaving.
/// When all of them did, the one whose rest ends first is asked all the same: a guess about its health is never the reason of a failure.
/// </summary>
public sealed class InstanceChoice(IDirectory directory, string module, TimeProvider clock)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, long> resting = new();
    private volatile bool anyRests;
    private int turn;

    public string Module => module;

    /// <summary>The next instance, other than those that this call has tried; null when there is no other.</summary>
    public Instance? Next(IReadOnlyCollection<Instance>? tried = null)
    {
        var known = directory.InstancesOf(module);
        if (known.Count == 1 && tried is null) return known[0];
        if (known.Count == 0) return null;
        var start = (int)((uint)Interlocked.Increment(ref turn) % (uint)known.Count);
        var now = clock.GetTimestamp();
        (Instance Instance, long Until)? soonest = null;
        for (var i = 0; i < known.Count; i++)
        {
            var candidate = known[(start + i) % known.Count];
            if (tried is not null && tried.Contains(candidate)) continue;
            if (!resting.TryGetValue(candidate.Id, out var until) || until <= now) return candidate;
            if (soonest is null || until < soonest.Value.Until) soonest = (candidate, until);
        }
        return soonest?.Instance;
    }

    /// <summary>The same, after the directory has looked again when nobody is left: others may have come a moment ago.</summary>
    public async ValueTask<Instance?> NextAsync(IReadOnlyCollection<Instance>? tried, CancellationToken ct)
    {
        if (Next(tried) is { } known) return known;
        await directory.LookAgainAsync(ct);
        return Next(tried);
    }

    /// <summary>It could not be connected to, or is on its way out: it is passed over for five seconds.</summary>
    public void PassOver(Instance instance)
    {
        if (resting.Count > 1000) resting.Clear(); // instances come and go under new ids; what is forgotten costs one attempt
        anyRests = true;
        resting[instance.Id] = clock.GetTimestamp() + (long)(Rest.TotalSeconds * clock.TimestampFrequency);
    }

    /// <summary>It answered.</summary>
    public void Answered(Instance instance)
    {
        // Asking the dictionary whether it is empty would take all its locks, with every call.
        if (anyRests) resting.TryRemove(instance.Id, out _);
    }
}
