using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace EstoSpaces.EventBench;

/// <summary>Times of one kind, in milliseconds.</summary>
public sealed class Latency(IEnumerable<double> times)
{
    private readonly double[] sorted = [.. times.Order()];

    public double At(double share) => sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"p50 {At(0.5):F1} ms, p95 {At(0.95):F1} ms, p99 {At(0.99):F1} ms, longest {At(1):F1} ms");

    /// <summary>
    /// Begins so many things a second, whether the earlier ones have ended or not, for some seconds. <paramref name="begin"/> calls its second argument at the moment that time runs from;
    /// <paramref name="follow"/> is given what has to be called when a thing is done. One clock: all of it is in this process.
    /// </summary>
    public static async Task<Latency> OfSteadyAsync(int perSecond, int seconds, Action<Action<Guid>?> follow, Func<Guid, Action, Task> begin)
    {
        var begun = new ConcurrentDictionary<Guid, long>();
        var times = new ConcurrentBag<double>();
        follow(id =>
        {
            if (begun.TryGetValue(id, out var at)) times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        });
        var all = perSecond * seconds;
        var tasks = new List<Task>(all);
        var clock = Stopwatch.StartNew();
        using (var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(2)))
            while (tasks.Count < all && await tick.WaitForNextTickAsync())
                for (var due = Math.Min(all, (int)(clock.Elapsed.TotalSeconds * perSecond)); tasks.Count < due;)
                {
                    var id = Guid.CreateVersion7();
                    tasks.Add(Task.Run(() => begin(id, () => begun[id] = Stopwatch.GetTimestamp())));
                }
        await Task.WhenAll(tasks);
        await Testing.Until.HoldsAsync(() => Task.FromResult(times.Count), n => n >= all, "all effects are there", seconds: 120);
        follow(null);
        return new Latency(times);
    }
}
