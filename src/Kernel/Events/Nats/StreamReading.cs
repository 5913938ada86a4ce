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

    public string Consumer => consumer.Name;
    public string Source => source;

    /// <summary>What keeps it from reading, in words; null while it reads or stands by for another instance that does.</summary>
    public string? Trouble { get; private set; } = "not connected yet";

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
                await Streams.EnsureConsumerAsync(link, source, consumer.Name, options, stop);
                (Trouble, logged, failures) = (null, null, 0);
                var stint = new StreamStint(link, lease, Streams.NameOf(source), consumer.Name);
                try { await stint.PullAsync((message, delivery) => TakeAsync(stint, message, delivery), stop); }
                finally { await stint.EndAsync(); }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e) when (e is IOException or TimeoutException or OperationCanceledException)
            {
                Trouble = e is OperationCanceledException ? "another instance reads" : e.Message;
                if (client.Link is not null && logged != Trouble) LogTrouble(consumer.Name, source, logged = Trouble); // that NATS is away was said once for all
                var pause = Math.Min(2_000, 50 * Math.Pow(2, failures++)) * (0.5 + Random.Shared.NextDouble() / 2);
                await Task.Delay(TimeSpan.FromMilliseconds(pause), stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
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

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer}: message {Sequence} of {Subject} is no event and is left out")]
    private partial void LogUnreadable(Exception e, string consumer, string subject, long sequence);
}
