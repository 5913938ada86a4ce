using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
namespace EstoSpaces.Kernel.Observability;

/// System.Diagnostics.Metrics -> Prometheus text exposition (0.0.4), no packages. One per service: meters made by another
/// service's IMeterFactory in the same process are left out, process-wide meters (System.Runtime, Npgsql ...) are kept.
public sealed class PrometheusText : IDisposable
{
    static readonly double[] DefaultBuckets = [.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10];
    sealed class Series { public required string Labels; public double Value; public long Count; public long[]? Buckets; public readonly Lock Gate = new(); }
    sealed class Family { public required string Name, Type, Help; public double[]? Bounds; public bool Observable, Adds; public readonly ConcurrentDictionary<string, Series> Series = new(); public readonly ConcurrentDictionary<int, Known> Known = new(); }
    /// <summary>Tags that came before, with their series: labels are text made once, not at every measurement.</summary>
    sealed record Known(KeyValuePair<string, object?>[] Tags, Series Series);
    const int KnownAtMost = 4096;
    readonly ConcurrentDictionary<Instrument, Family> families = new();
    readonly MeterListener listener = new();

    public PrometheusText(IMeterFactory own, Func<Instrument, bool>? keep = null)
    {
        listener.InstrumentPublished = (i, l) =>
        {
            if (i.Meter.Scope is not null && !ReferenceEquals(i.Meter.Scope, own)) return;
            if (keep?.Invoke(i) == false) return;
            l.EnableMeasurementEvents(i, families[i] = Describe(i));
        };
        listener.MeasurementsCompleted = (i, _) => families.TryRemove(i, out Family? _);
        listener.SetMeasurementEventCallback<byte>((_, v, t, s) => Record(s, v, t));
        listener.SetMeasurementEventCallback<short>((_, v, t, s) => Record(s, v, t));
        listener.SetMeasurementEventCallback<int>((_, v, t, s) => Record(s, v, t));
        listener.SetMeasurementEventCallback<long>((_, v, t, s) => Record(s, v, t));
        listener.SetMeasurementEventCallback<float>((_, v, t, s) => Record(s, v, t));
        listener.SetMeasurementEventCallback<double>((_, v, t, s) => Record(s, v, t));
        listener.SetMeasurementEventCallback<decimal>((_, v, t, s) => Record(s, (double)v, t));
        listener.Start();
    }
    static Family Describe(Instrument i)
    {
        var kind = i.GetType().Name; kind = kind[..kind.IndexOf('`')];
        var type = kind is "Counter" or "ObservableCounter" ? "counter" : kind is "Histogram" ? "histogram" : "gauge";
        var name = new StringBuilder();
        foreach (var c in i.Name) name.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        var unit = i.Unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", "1" or null or "" => "", ['{', ..] => "", _ => "" };
        if (unit != "" && !name.ToString().EndsWith(unit, StringComparison.Ordinal)) name.Append(unit);
        if (type == "counter" && !name.ToString().EndsWith("_total", StringComparison.Ordinal)) name.Append("_total");
        IReadOnlyList<double>? b = type != "histogram" ? null : i switch { Histogram<double> h => h.Advice?.HistogramBucketBoundaries, Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(x => (double)x).ToArray(), Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(x => (double)x).ToArray(), _ => null };
        return new Family { Name = name.ToString(), Type = type, Help = (i.Description ?? i.Name).ReplaceLineEndings(" ").Replace("\\", "\\\\"), Bounds = type == "histogram" ? [.. b ?? DefaultBuckets] : null, Observable = i.IsObservable, Adds = kind is "Counter" or "UpDownCounter" };
    }
    static void Record(object? state, double v, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var f = (Family)state!;
        var s = SeriesOf(f, tags);
        lock (s.Gate)
            if (f.Bounds is { } bounds) { s.Count++; s.Value += v; for (var k = 0; k < bounds.Length; k++) if (v <= bounds[k]) { s.Buckets![k]++; break; } }
            else if (f.Adds) s.Value += v; else s.Value = v;
    }
    static Series SeriesOf(Family f, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (var (k, v) in tags) { hash.Add(k.Length); hash.Add(v); }
        var key = hash.ToHashCode();
        if (f.Known.TryGetValue(key, out var known) && Same(known.Tags, tags)) return known.Series;
        var s = f.Series.GetOrAdd(Labels(tags), static (l, f) => new Series { Labels = l, Buckets = f.Bounds is { } b ? new long[b.Length] : null }, f);
        if (f.Known.Count < KnownAtMost) f.Known[key] = new Known(tags.ToArray(), s);
        return s;
    }
    static bool Same(KeyValuePair<string, object?>[] a, ReadOnlySpan<KeyValuePair<string, object?>> b)
    {
        if (a.Length != b.Length) return false;
        for (var i = 0; i < a.Length; i++) if (!string.Equals(a[i].Key, b[i].Key, StringComparison.Ordinal) || !Equals(a[i].Value, b[i].Value)) return false;
        return true;
    }
    static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return "";
        var b = new StringBuilder();
        foreach (var (k, v) in tags)
        {
            if (b.Length > 0) b.Append(',');
            foreach (var c in k) b.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            b.Append("=\"").Append(Convert.ToString(v, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")).Append('"');
        }
        return b.ToString();
    }
    public string Write()
    {
        listener.RecordObservableInstruments();
        var o = new StringBuilder();
        foreach (var g in families.Values.GroupBy(f => f.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var seen = new HashSet<string>(); var head = g.First();
            if (g.All(f => f.Series.IsEmpty)) continue;
            o.Append("# HELP ").Append(g.Key).Append(' ').Append(head.Help).Append("\n# TYPE ").Append(g.Key).Append(' ').Append(head.Type).Append('\n');
            foreach (var f in g) foreach (var s in f.Series.Values) lock (s.Gate)
            {
                if (!seen.Add(s.Labels)) continue;
                if (f.Bounds is not { } bounds) { Line(o, g.Key, "", s.Labels, null, s.Value); continue; }
                long sum = 0; for (var k = 0; k < bounds.Length; k++) Line(o, g.Key, "_bucket", s.Labels, bounds[k].ToString("R", CultureInfo.InvariantCulture), sum += s.Buckets![k]);
                Line(o, g.Key, "_bucket", s.Labels, "+Inf", s.Count); Line(o, g.Key, "_sum", s.Labels, null, s.Value); Line(o, g.Key, "_count", s.Labels, null, s.Count);
            }
        }
        return o.ToString();
    }
    static void Line(StringBuilder o, string name, string suffix, string labels, string? le, double v)
    {
        o.Append(name).Append(suffix);
        if (labels != "" || le is not null) { o.Append('{').Append(labels); if (le is not null) o.Append(labels == "" ? "" : ",").Append("le=\"").Append(le).Append('"'); o.Append('}'); }
        o.Append(' ').Append(double.IsPositiveInfinity(v) ? "+Inf" : double.IsNegativeInfinity(v) ? "-Inf" : double.IsNaN(v) ? "NaN" : v.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
    public void Dispose() => listener.Dispose();
}
public static class PrometheusTextExtensions
{
    public static IServiceCollection AddPrometheusText(this IServiceCollection s) => s.AddMetrics().AddSingleton(sp => new PrometheusText(sp.GetRequiredService<IMeterFactory>()));
    public static IEndpointConventionBuilder MapPrometheusText(this IEndpointRouteBuilder e, string path = "/metrics")
    {
        var p = e.ServiceProvider.GetRequiredService<PrometheusText>();          // created now, so nothing is missed before the first scrape
        return e.MapGet(path, () => Results.Text(p.Write(), "text/plain; version=0.0.4; charset=utf-8")).DisableHttpMetrics().ExcludeFromDescription();
    }
}
