using System.Collections.Concurrent;

namespace EstoSpaces.Gateway;

/// <summary>GCRA in the memory of one gateway.</summary>
internal sealed class LocalLimit
{
    private const int SweepAbove = 100_000;
    private static readonly double TicksToMicros = 1_000_000.0 / TimeProvider.System.TimestampFrequency;
    private readonly ConcurrentDictionary<string, long> arrivals = new(StringComparer.Ordinal);

    public Taken Take(string caller, long interval)
    {
        var now = Now;
        if (arrivals.Count > SweepAbove) Sweep(now);
        while (true)
        {
            var have = arrivals.TryGetValue(caller, out var stored);
            var arrival = Math.Max(have ? stored : 0, now) + interval;
            if (arrival - now > Gcra.Minute) return Gcra.Of(false, arrival - now, interval);
            if (have ? arrivals.TryUpdate(caller, arrival, stored) : arrivals.TryAdd(caller, arrival)) return Gcra.Of(true, arrival - now, interval);
        }
    }

    /// <summary>Notes how far ahead a caller is elsewhere, so that he does not start anew here when that is lost.</summary>
    public void Note(string caller, long ahead)
    {
        var now = Now;
        if (arrivals.Count > SweepAbove) Sweep(now);
        arrivals[caller] = now + Math.Min(ahead, Gcra.Minute);
    }

    private void Sweep(long now)
    {
        foreach (var entry in arrivals)
            if (entry.Value < now) arrivals.TryRemove(entry);
    }

    private static long Now => (long)(TimeProvider.System.GetTimestamp() * TicksToMicros);
}
