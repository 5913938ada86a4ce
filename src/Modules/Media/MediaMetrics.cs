using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EstoSpaces.Media;

/// <summary>How many pictures were processed, how that ended, and how long it took.</summary>
public sealed class MediaMetrics
{
    readonly Counter<long> processed;
    readonly Histogram<double> duration;

    public MediaMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("EstoSpaces.Media");
        processed = meter.CreateCounter<long>("media_processed", description: "Pictures processed, by outcome");
        duration = meter.CreateHistogram<double>("media_processing_duration", "s", "Time to make all renditions of a picture");
    }

    public void Count(string outcome) => processed.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public IDisposable Time() => new Timing(this, Stopwatch.GetTimestamp());

    sealed class Timing(MediaMetrics metrics, long start) : IDisposable
    {
        public void Dispose() => metrics.duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }
}
