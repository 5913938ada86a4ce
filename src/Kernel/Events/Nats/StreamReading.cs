using System.Text.Json;
using EstoSpaces.Contracts;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>
/// Reads one stream for one consumer, in stints: a stint lasts as long as the connection, the lease and the durable consumer do. At its beginning the consumer is placed
/// at the first fact that was not acknowledged, so each stint sees all that is open, in order; the inbox drops what was handled before.
/// </summary>
internal sealed partial class StreamReading(NatsClient client, NatsOptions options, NatsConsumer consumer, string source, HashSet<string> types, string instance, ILogger log)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private string? logged;
    private bool silent;

    public string Consumer => consumer.Name;
    public string Source => source;

    /// <summary>What keeps it from reading, in words; null while it reads or stands by for another instance that does.</summary>
    public string? Trouble { get; private set; } = "not connected yet";

    /// <summary>How the consumer stands as the server counts, whichever instance reads: not given out yet, given out and not handled, given out again.</summary>
    public long Pending { get; private set; }
    public long AckPending { get; private set; }
    public long Redelivered { get; private set; }

    public async Task MeasureAsync(NatsLink link, CancellationToken ct)
    {
        try
        {
            var info = await link.AskAsync($"CONSUMER.INFO.{Streams.NameOf(source)}.{consumer.Name}", null, ct);
            (Pending, AckPending, Redelivered) = ((long?)info["num_pending"] ?? 0, (long?)info["num_ack_pending"] ?? 0, (long?)info["num_redelivered"] ?? 0);
        }
        catch (Exception e) when (e is IOException or TimeoutException) { } // what was measured last stands until we can measure again
    }

    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Yield();
        for (var failures = 0; !stop.IsCancellationRequested;)
        {
            try
            {
                var link = await client.LinkAsync(stop);
                await Streams.EnsureAsync(link, source, options, own: false, stop);
                await Streams.EnsureLeasesAsync(link, options, ReadingLease.Life, stop);
                await using var lease = await ReadingLease.TakeAsync(link, Streams.NameOf(source), consumer.Name, instance, () => Trouble = null, stop);
                if (await Streams.EnsureConsumerAsync(link, source, consumer.Name, options, anew: silent, stop) is { } missed) Missed(missed);
                (Trouble, logged, failures, silent) = (null, null, 0, false);
                var stint = new StreamStint(link, lease, Streams.NameOf(source), consumer.Name);
                try { await stint.PullAsync((message, delivery) => TakeAsync(stint, message, delivery), stop); }
                finally { await stint.EndAsync(); }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                silent = e is NatsSilenceException;
                Trouble = e is OperationCanceledException ? "another instance reads" : e.Message;
                if (client.Link is not null && logged != Trouble) LogTrouble(consumer.Name, source, logged = Trouble); // that NATS is away was said once for all
                var pause = Math.Min(2_000, 50 * Math.Pow(2, failures++)) * (0.5 + Random.Shared.NextDouble() / 2);
                await Task.Delay(TimeSpan.FromMilliseconds(pause), stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private void Missed(long count)
    {
        BusMetrics.Missed.Add(count, new("module", consumer.Name), new("stream", Streams.NameOf(source)));
        LogMissed(consumer.Name, count, source);
    }

    /// <summary>A worker takes the first fact of a lane. False when its stint is over: the next one gets it.</summary>
    public bool Begin(SubjectLane lane) => lane.Stint.Begin();

    public async Task HandledAsync(SubjectLane lane, Exception? failure)
    {
        var fact = lane.Current;
        if (failure is null)
        {
            await lane.Stint.AcknowledgeAsync(fact.Reply);
            if (lane.Stint.Finish(lane)) consumer.Ready(lane);
        }
        else
        {
            var pause = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(++fact.Attempts, 12))));
            _ = LaterAsync(lane, pause);
            lane.Stint.Finish(null);
        }
    }

    private async Task LaterAsync(SubjectLane lane, TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, lane.Stint.Over);
            consumer.Ready(lane);
        }
        catch (OperationCanceledException) { } // the next stint gets it again
    }

    private async Task TakeAsync(StreamStint stint, NatsMessage message, NatsDelivery delivery)
    {
        if (!types.Contains(message.Subject))
        {
            await stint.AcknowledgeAsync(message.Reply!);
            return;
        }
        EventEnvelope? envelope;
        try { envelope = JsonSerializer.Deserialize<EventEnvelope>(message.Data.Span, Wire.Json); }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException)
        {
            LogUnreadable(e, consumer.Name, message.Subject, delivery.StreamSequence);
            envelope = null;
        }
        // Nobody but us publishes here, and what is no event now will not become one.
        if (envelope is null) await stint.TerminateAsync(message.Reply!);
        else if (stint.Hold(this, new HeldFact(envelope, delivery.StreamSequence, message.Reply!)) is { } lane) consumer.Ready(lane);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} can't read what {Source} publishes: {Reason}; trying again")]
    private partial void LogTrouble(string consumer, string source, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} was away for so long that {Count} facts of {Source} were dropped by age or size before it heard them: publish them again with `estospaces replay`")]
    private partial void LogMissed(string consumer, long count, string source);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer}: message {Sequence} of {Subject} is no event and is left out")]
    private partial void LogUnreadable(Exception e, string consumer, string subject, long sequence);
}
