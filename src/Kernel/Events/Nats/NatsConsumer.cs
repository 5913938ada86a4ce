using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>
/// A module's ear: reads the streams that carry what it listens to and hands the facts to its handler, those of different subjects beside each other, those of one subject in their order.
/// One that fails is kept, and tried again after pauses that grow; only the later ones of its subject wait for it.
/// </summary>
internal sealed partial class NatsConsumer
{
    /// <summary>Handlers at once. A module's pool has 15 connections, and its requests need some.</summary>
    private const int Workers = 8;

    /// <summary>Facts that one call of the handler may get when many wait: they share a transaction.</summary>
    private const int MaxTogether = 64;
    private readonly Channel<SubjectLane> ready = Channel.CreateUnbounded<SubjectLane>();
    private readonly EventHandling handle;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource abandoning = new();
    private readonly List<StreamReading> readings;
    private Task[] running = [];

    public NatsConsumer(NatsClient client, NatsOptions options, string name, IReadOnlyCollection<string> types, EventHandling handle, string instance, ILogger log)
    {
        (Name, this.handle, this.log) = (name, handle, log);
        readings = [.. types.GroupBy(Streams.SourceOf).Select(g => new StreamReading(client, options, this, g.Key, g.ToHashSet(StringComparer.Ordinal), instance, log))];
    }

    public string Name { get; }
    public IReadOnlyList<StreamReading> Readings => readings;

    public void Start() => running = [.. readings.Select(r => r.RunAsync(stopping.Token)), .. Enumerable.Range(0, Workers).Select(_ => WorkAsync())];

    /// <summary>Reads no more, waits for the handlers that run, acknowledges what they did, and lets the next instance read.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        await using var deadline = ct.Register(abandoning.Cancel);
        await stopping.CancelAsync();
        ready.Writer.TryComplete();
        await Task.WhenAll(running);
    }

    internal void Ready(SubjectLane lane) => ready.Writer.TryWrite(lane);

    private async Task WorkAsync()
    {
        var lanes = new List<SubjectLane>(MaxTogether);
        while (true)
        {
            // Taken one by one: waiting for "something is there" would wake all workers for each fact.
            SubjectLane first;
            try { first = await ready.Reader.ReadAsync(); }
            catch (ChannelClosedException) { return; }
            lanes.Clear();
            Take(first);
            // With few waiting each gets a worker of its own, which is quickest; with many, sharing a transaction is.
            for (var more = Math.Min(MaxTogether - 1, ready.Reader.Count / Workers); more > 0 && ready.Reader.TryRead(out var next); more--) Take(next);
            if (lanes.Count == 0) continue;
            var outcomes = await HandleAsync(lanes.ConvertAll(l => l.Current.Envelope));
            for (var i = 0; i < lanes.Count; i++) await lanes[i].Reading.HandledAsync(lanes[i], outcomes[i]);
        }

        void Take(SubjectLane lane)
        {
            if (lane.Reading.Begin(lane)) lanes.Add(lane);
        }
    }

    private async Task<IReadOnlyList<Exception?>> HandleAsync(List<EventEnvelope> envelopes)
    {
        try { return await handle(envelopes, abandoning.Token); }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (!abandoning.IsCancellationRequested) LogFailed(e, Name);
            return [.. envelopes.Select(_ => e)];
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} failed to handle what the bus gave it; it comes again")]
    private partial void LogFailed(Exception e, string consumer);
}

/// <summary>One fact that a stream delivered and that is not acknowledged yet.</summary>
internal sealed record HeldFact(EventEnvelope Envelope, long Sequence, string Reply)
{
    public int Attempts { get; set; }
}

/// <summary>The facts of one subject that wait for their turn. In nobody's hands, in one worker's, or pausing after a failure.</summary>
internal sealed class SubjectLane(StreamReading reading, StreamStint stint, string subject)
{
    public StreamReading Reading => reading;
    public StreamStint Stint => stint;
    public string Subject => subject;
    public Queue<HeldFact> Facts { get; } = new();
    public HeldFact Current => Facts.Peek();
}
