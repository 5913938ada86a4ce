using System.Diagnostics;
using System.Text.Json.Nodes;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>
/// How facts lie in JetStream: one stream for each module that publishes (<c>estospaces_bookings</c>, subjects <c>estospaces.bookings.&gt;</c>), and in it one durable consumer
/// for each module that listens, named after it. Whoever comes first makes the stream; its owner sees to its settings.
/// </summary>
internal static class Streams
{
    public const string Leases = "estospaces_leases", LeaseSubjects = "estospaces-leases";

    /// <summary>A week: longer than anyone leaves a module stopped, and the outbox keeps facts for longer than that.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(7);

    /// <summary>Within it the stream drops a fact that comes twice because its acknowledgement was lost. Longer than the relay's longest pause; every id costs the server memory for so long.</summary>
    public static readonly TimeSpan DuplicateWindow = TimeSpan.FromMinutes(2);

    /// <summary>After so long without a word from us the server delivers again. We tell it of what takes longer three times within.</summary>
    public static readonly TimeSpan AckWait = TimeSpan.FromSeconds(30);

    /// <summary>Deliveries that one consumer may hold unacknowledged: a few that fail and are tried again must not stop the others. Some 1.5 KB each in our memory.</summary>
    public const int MaxHeld = 4096;

    /// <summary>"estospaces.bookings.booking_confirmed.v1" → "bookings".</summary>
    public static string SourceOf(string type) => type.Split('.') is ["estospaces", { Length: > 0 } source, _, ..] ? source : throw new ArgumentException($"{type} is no type of an event", nameof(type));

    public static string NameOf(string source) => "estospaces_" + source;

    /// <summary>Makes the stream when it is not there; with <paramref name="own"/> also brings it to these settings. Answers its identity: another one means that what was in it is lost. Throws <see cref="NatsException"/> for a while after a deletion.</summary>
    public static async Task<string> EnsureAsync(NatsLink link, string source, NatsOptions options, bool own, CancellationToken ct)
    {
        var name = NameOf(source);
        var wanted = new JsonObject
        {
            ["name"] = name, ["subjects"] = new JsonArray($"estospaces.{source}.>"), ["storage"] = "file", ["retention"] = "limits", ["discard"] = "old", ["num_replicas"] = options.Replicas,
            ["max_age"] = Nanoseconds(Age), ["max_bytes"] = options.StreamBytes, ["max_msgs"] = -1, ["max_consumers"] = -1, ["duplicate_window"] = Nanoseconds(DuplicateWindow),
        };
        try
        {
            var info = await link.AskAsync("STREAM.INFO." + name, null, ct);
            if (own && Differs(info["config"], wanted)) info = await link.AskAsync("STREAM.UPDATE." + name, wanted, ct);
            link.Seen[name] = 0;
            return Identity(info);
        }
        catch (JetStreamException e) when (e.Error == JetStreamException.StreamMissing)
        {
            if (link.Seen.ContainsKey(name) && Stopwatch.GetElapsedTime(link.Seen.AddOrUpdate(name, _ => Stopwatch.GetTimestamp(), (_, gone) => gone == 0 ? Stopwatch.GetTimestamp() : gone)) < options.DeletionTakes)
                throw new NatsException($"{name} was deleted and is made again in a moment");
        }
        try
        {
            var made = Identity(await link.AskAsync("STREAM.CREATE." + name, wanted.DeepClone(), ct));
            link.Seen[name] = 0;
            return made;
        }
        catch (JetStreamException e) when (e.Error == JetStreamException.StreamExists) { return Identity(await link.AskAsync("STREAM.INFO." + name, null, ct)); } // made in this moment with other settings
    }

    /// <summary>
    /// The durable consumer, placed so that nothing that was delivered and not acknowledged waits for its time to run out while later facts pass it: it starts again at the first of them.
    /// What comes twice by that is dropped by the inbox. Answers how many facts the stream dropped before they were heard, or null.
    /// </summary>
    public static async Task<long?> EnsureConsumerAsync(NatsLink link, string source, string consumer, NatsOptions options, bool anew, CancellationToken ct)
    {
        var stream = NameOf(source);
        var config = new JsonObject
        {
            ["durable_name"] = consumer, ["ack_policy"] = "explicit", ["ack_wait"] = Nanoseconds(AckWait), ["max_deliver"] = -1, ["max_ack_pending"] = MaxHeld, ["max_waiting"] = 64,
            ["replay_policy"] = "instant", ["deliver_policy"] = "all", ["num_replicas"] = options.Replicas,
        };
        long? missed = null;
        try
        {
            var info = await link.AskAsync($"CONSUMER.INFO.{stream}.{consumer}", null, ct);
            var (floor, delivered) = ((long?)info["ack_floor"]?["stream_seq"] ?? 0, (long?)info["delivered"]?["stream_seq"] ?? 0);
            var first = (long?)(await link.AskAsync("STREAM.INFO." + stream, null, ct))["state"]?["first_seq"] ?? 0;
            if (first > floor + 1) missed = first - floor - 1;
            if (delivered <= floor && !anew && missed is null) return null;
            await link.AskAsync($"CONSUMER.DELETE.{stream}.{consumer}", null, ct);
            (config["deliver_policy"], config["opt_start_seq"]) = ("by_start_sequence", Math.Max(first, floor + 1));
        }
        catch (JetStreamException e) when (e.Error == JetStreamException.ConsumerMissing) { }
        await link.AskAsync($"CONSUMER.DURABLE.CREATE.{stream}.{consumer}", new JsonObject { ["stream_name"] = stream, ["config"] = config }, ct);
        return missed;
    }

    /// <summary>The stream that holds who reads for whom. In memory: a lease that is lost with the server is taken anew.</summary>
    public static async Task EnsureLeasesAsync(NatsLink link, NatsOptions options, TimeSpan life, CancellationToken ct)
    {
        var wanted = new JsonObject
        {
            ["name"] = Leases, ["subjects"] = new JsonArray(LeaseSubjects + ".>"), ["storage"] = "memory", ["retention"] = "limits", ["discard"] = "old", ["num_replicas"] = options.Replicas,
            ["max_msgs_per_subject"] = 1, ["max_age"] = Nanoseconds(life), ["max_bytes"] = 1 << 20, ["duplicate_window"] = Nanoseconds(TimeSpan.FromSeconds(1)),
        };
        try { await link.AskAsync("STREAM.CREATE." + Leases, wanted, ct); }
        catch (JetStreamException e) when (e.Error == JetStreamException.StreamExists) { } // with other settings: it does its work too
    }

    public static long Nanoseconds(TimeSpan span) => span.Ticks * 100;

    private static string Identity(JsonNode info) => (string?)info["created"] ?? throw new NatsProtocolException("a stream without the time of its making");

    private static bool Differs(JsonNode? has, JsonObject wanted) =>
        wanted.Any(p => p.Key is "max_age" or "max_bytes" or "num_replicas" or "duplicate_window" && has?[p.Key]?.ToJsonString() != p.Value?.ToJsonString());
}
