using System.Globalization;
using System.Text;
using System.Threading.Channels;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>One stint of reading a stream: asks for facts in portions, holds what is not handled yet in a lane for each subject, tells the server of what takes long, and acknowledges.</summary>
internal sealed class StreamStint(NatsLink link, ReadingLease lease, string stream, string consumer)
{
    /// <summary>Facts in one request. The next is sent when all have come: its way there and back costs little beside handling so many.</summary>
    private const int PullSize = 256;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RequestLife = TimeSpan.FromSeconds(30);
    private static readonly byte[] Ack = "+ACK"u8.ToArray(), InProgress = "+WPI"u8.ToArray(), Term = "+TERM"u8.ToArray();
    private static readonly byte[] Request = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$"""{"batch":{{PullSize}},"expires":{{Streams.Nanoseconds(RequestLife)}},"idle_heartbeat":{{Streams.Nanoseconds(Heartbeat)}}}"""));

    private readonly Lock gate = new();
    private readonly Dictionary<string, SubjectLane> lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<long, HeldFact> held = [];
    private readonly CancellationTokenSource over = new();
    private readonly TaskCompletionSource quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> room = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private int working;
    private bool ended, full;

    /// <summary>Cancelled when the stint is over.</summary>
    public CancellationToken Over => over.Token;

    /// <summary>Reads until it is told to stop, or throws what ended it: connection, lease, or the durable consumer gone.</summary>
    public async Task PullAsync(Func<NatsMessage, NatsDelivery, Task> take, CancellationToken stop)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stop, lease.Lost);
        var inbox = link.NewInbox();
        using var subscription = link.Subscribe(inbox + ".*", capacity: PullSize * 4 + 64);
        var telling = TellOfProgressAsync(ends.Token);
        try
        {
            for (var (request, left) = (0, 0); ;)
            {
                if (left == 0)
                {
                    await RoomAsync(ends.Token);
                    left = PullSize;
                    await link.PublishAsync($"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", Request, $"{inbox}.{++request}", default, ends.Token);
                }
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(ends.Token);
                patience.CancelAfter(Heartbeat * 3);
                try
                {
                    if (!await subscription.Messages.WaitToReadAsync(patience.Token)) throw new NatsDisconnectedException("the subscription ended");
                }
                catch (OperationCanceledException) when (!ends.IsCancellationRequested) { throw new NatsSilenceException(stream, consumer); }
                while (subscription.Messages.TryRead(out var message))
                {
                    // A fact comes under the subject it was published to, a word about the request under the request's own.
                    if (NatsDelivery.Of(message) is { } delivery)
                    {
                        left = Math.Max(0, left - 1);
                        await take(message, delivery);
                    }
                    else if (IsOver(message) && message.Subject == $"{inbox}.{request}") left = 0;
                }
            }
        }
        finally
        {
            await ends.CancelAsync();
            await telling;
        }
    }

    /// <summary>Puts a fact in the lane of its subject. The lane is answered when it was idle and is ready now.</summary>
    public SubjectLane? Hold(StreamReading reading, HeldFact fact)
    {
        lock (gate)
        {
            // The server delivers again what it believes lost: we have it.
            if (ended || !held.TryAdd(fact.Sequence, fact)) return null;
            if (lanes.TryGetValue(fact.Envelope.Subject, out var waiting))
            {
                waiting.Facts.Enqueue(fact);
                return null;
            }
            var lane = lanes[fact.Envelope.Subject] = new SubjectLane(reading, this, fact.Envelope.Subject);
            lane.Facts.Enqueue(fact);
            return lane;
        }
    }

    /// <summary>A worker begins with one fact. False: the stint is over.</summary>
    public bool Begin()
    {
        lock (gate)
        {
            if (ended) return false;
            working++;
            return true;
        }
    }

    /// <summary>A worker is done; with a lane, its first fact is handled. True when the lane has more.</summary>
    public bool Finish(SubjectLane? lane)
    {
        lock (gate)
        {
            if (--working == 0 && ended) quiet.TrySetResult();
            if (lane is null) return false;
            held.Remove(lane.Facts.Dequeue().Sequence);
            if (full && held.Count < Streams.MaxHeld / 2) room.Writer.TryWrite(true);
            if (lane.Facts.Count == 0) lanes.Remove(lane.Subject);
            return lane.Facts.Count > 0 && !ended;
        }
    }

    /// <summary>Tells the server that it is done. Not after the lease is lost: another instance counts for itself then.</summary>
    public Task AcknowledgeAsync(string reply) => SayAsync(reply, Ack);

    /// <summary>Tells the server never to deliver it again.</summary>
    public Task TerminateAsync(string reply) => SayAsync(reply, Term);

    /// <summary>Nothing new begins; returns when what runs has ended.</summary>
    public async Task EndAsync()
    {
        lock (gate)
        {
            ended = true;
            if (working == 0) quiet.TrySetResult();
        }
        await over.CancelAsync();
        await quiet.Task;
    }

    private async Task SayAsync(string reply, byte[] word)
    {
        if (!lease.Holds) return;
        try { await link.PublishAsync(reply, word); }
        catch (NatsException) { } // it comes again, and the inbox knows it
    }

    /// <summary>Waits while too much is held to ask for more.</summary>
    private async Task RoomAsync(CancellationToken ct)
    {
        while (true)
        {
            lock (gate)
            {
                full = held.Count + PullSize > Streams.MaxHeld;
                if (!full) return;
            }
            await room.Reader.ReadAsync(ct);
        }
    }

    /// <summary>Whether the server says that a request has ended. Throws when it says that there will be no others.</summary>
    private bool IsOver(NatsMessage message) => message.Status switch
    {
        100 => false, // a sign of life
        404 or 408 => true,
        409 when !message.StatusText.Contains("Consumer", StringComparison.OrdinalIgnoreCase) => true, // too many requests, or the batch is complete
        var status => throw new NatsException($"{stream}: the server does not serve {consumer} any more: {status} {message.StatusText}"),
    };

    private async Task TellOfProgressAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Streams.AckWait / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                List<string> replies;
                lock (gate) replies = [.. held.Values.Select(f => f.Reply)];
                foreach (var reply in replies) await SayAsync(reply, InProgress);
            }
        }
        catch (OperationCanceledException) { }
    }
}
