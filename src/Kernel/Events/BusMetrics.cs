using System.Diagnostics.Metrics;

namespace EstoSpaces.Kernel.Events;

/// <summary>What the bus counts, for /metrics of every module in the process.</summary>
internal static class BusMetrics
{
    public static readonly Meter Meter = new("EstoSpaces.Events");
    public static readonly Counter<long> Published = Meter.CreateCounter<long>("estospaces_events_published", description: "Facts that the bus took, by module");
    public static readonly Counter<long> Refused = Meter.CreateCounter<long>("estospaces_events_publish_failures", description: "Publications that the bus did not confirm, by module");
    public static readonly Counter<long> Handled = Meter.CreateCounter<long>("estospaces_events_handled", description: "Facts handled, by module and outcome");
    public static readonly Counter<long> Missed = Meter.CreateCounter<long>("estospaces_events_missed", description: "Facts that a stream dropped by age or size before a module heard them");
    public static readonly Counter<long> Lost = Meter.CreateCounter<long>("estospaces_events_published_again", description: "Facts put back because the bus lost its data, by module");
    public static readonly Counter<long> Reconnects = Meter.CreateCounter<long>("estospaces_nats_reconnects", description: "Connections to NATS made after the first");
}
