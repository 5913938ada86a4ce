using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>
/// One connection to one server, from its greeting to its end. It is never mended: when it ends, everything that waits on it fails, and <see cref="NatsClient"/> makes another.
/// Writes of many callers are gathered and sent together; answers to requests come back over one subscription.
/// </summary>
public sealed class NatsLink : IAsyncDisposable
{
    private const long AnswersSid = 1;
    private const int MaxWaitingBytes = 8 << 20;
    private readonly Stream stream;
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<long, NatsSubscription> subscriptions = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<NatsMessage>> asked = new();
    private readonly ConcurrentQueue<TaskCompletionSource> pongs = new();
    private readonly string inbox = "_INBOX." + Guid.NewGuid().ToString("n") + ".";
    private readonly TaskCompletionSource<Exception> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource retiring = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim wake = new(0);
    private readonly Lock gate = new();
    private ArrayBufferWriter<byte> output = new(1 << 16);
    private ArrayBufferWriter<byte> spare = new(1 << 16);
    private TaskCompletionSource room = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task running;
    private bool waking, closed;
    private long ids = AnswersSid;
    private int unanswered;

    private NatsLink(NatsServer server, Stream stream, NatsInfo info, TimeSpan pingInterval)
    {
        (Server, this.stream, Info) = (server, stream, info);
        Write(w => NatsProtocol.Text(w, $"SUB {inbox}* {AnswersSid}\r\n"));
        running = RunAsync(pingInterval);
    }

    public NatsServer Server { get; }

    /// <summary>Streams that were seen over this connection: 0 while they are there, else since when they are gone.</summary>
    internal ConcurrentDictionary<string, long> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>What the server told of itself last.</summary>
    internal NatsInfo Info { get; private set; }

    /// <summary>Completes with the reason when the connection has ended.</summary>
    public Task<Exception> Ended => ended.Task;

    /// <summary>Completes when the server says that it will stop soon (lame duck mode).</summary>
    public Task Retiring => retiring.Task;

    public bool IsAlive => !closed;

    internal static async Task<NatsLink> DialAsync(NatsServer server, NatsOptions options, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(options.ConnectTimeout);
        try
        {
            var (stream, info) = await NatsHandshake.DialAsync(server, options, patience.Token);
            return new NatsLink(server, stream, info, options.PingInterval);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { throw new NatsException($"{server} does not answer"); }
        catch (Exception e) when (e is SocketException or (IOException and not NatsException)) { throw new NatsException($"{server} can't be reached: {e.Message}", e); }
    }

    /// <summary>Hands a message to the connection; that it arrives is not certain. Waits while more than 8 MiB are on their way. Throws <see cref="NatsException"/>.</summary>
    public async ValueTask PublishAsync(string subject, ReadOnlyMemory<byte> data, string? reply = null, ReadOnlyMemory<byte> headers = default, CancellationToken ct = default)
    {
        NatsProtocol.MustBeSubject(subject);
        if (headers.Length + data.Length > Info.MaxPayload) throw new NatsException($"a message of {headers.Length + data.Length} bytes for {subject}: the server takes {Info.MaxPayload}");
        while (true)
        {
            Task more;
            lock (gate)
            {
                ThrowIfClosed();
                if (output.WrittenCount < MaxWaitingBytes)
                {
                    NatsProtocol.Publish(output, subject, reply, headers.Span, data.Span);
                    WakeWriter();
                    return;
                }
                more = room.Task;
            }
            await more.WaitAsync(ct);
        }
    }

    /// <summary>Asks and waits for one answer. Throws <see cref="NatsNoRespondersException"/>, <see cref="NatsDisconnectedException"/> or <see cref="TimeoutException"/>.</summary>
    public async Task<NatsMessage> RequestAsync(string subject, ReadOnlyMemory<byte> data, TimeSpan patience, ReadOnlyMemory<byte> headers = default, CancellationToken ct = default)
    {
        var id = Interlocked.Increment(ref ids);
        var answer = new TaskCompletionSource<NatsMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        asked[id] = answer;
        try
        {
            await PublishAsync(subject, data, inbox + id.ToString(CultureInfo.InvariantCulture), headers, ct);
            var message = await answer.Task.WaitAsync(patience, ct);
            return message.Status == 503 ? throw new NatsNoRespondersException(subject) : message;
        }
        catch (TimeoutException) { throw new TimeoutException($"NATS: no answer from {subject} in {patience.TotalSeconds:0.#} s"); }
        finally { asked.TryRemove(id, out _); }
    }

    /// <summary>Listens on a subject until it is disposed or the connection ends. One that does not keep up (more than <paramref name="capacity"/> wait) fails.</summary>
    public NatsSubscription Subscribe(string subject, int capacity)
    {
        NatsProtocol.MustBeSubject(subject);
        var subscription = new NatsSubscription(this, Interlocked.Increment(ref ids), subject, capacity);
        lock (gate)
        {
            ThrowIfClosed();
            subscriptions[subscription.Sid] = subscription;
            Write(w => NatsProtocol.Text(w, $"SUB {subject} {subscription.Sid}\r\n"));
        }
        return subscription;
    }

    /// <summary>A subject that nobody else listens on.</summary>
    public string NewInbox() => string.Create(CultureInfo.InvariantCulture, $"{inbox[..^1]}-{Interlocked.Increment(ref ids)}");

    /// <summary>Returns when the server has read everything that was sent before.</summary>
    public Task FlushAsync(CancellationToken ct)
    {
        var pong = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            ThrowIfClosed();
            pongs.Enqueue(pong);
            Write(w => NatsProtocol.Text(w, "PING\r\n"));
        }
        return pong.Task.WaitAsync(ct);
    }

    /// <summary>Waits (for at most so long) for the answers that are still on their way, and closes.</summary>
    internal async Task RetireAsync(TimeSpan atMost)
    {
        using var deadline = new CancellationTokenSource(atMost);
        try
        {
            foreach (var open in asked.Values) await open.Task.WaitAsync(deadline.Token);
            await FlushAsync(deadline.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException) { } // it ends either way
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Close(new NatsDisconnectedException("we closed it"));
        await running;
    }

    internal void Unsubscribe(NatsSubscription subscription)
    {
        lock (gate)
            if (subscriptions.TryRemove(subscription.Sid, out _) && !closed) Write(w => NatsProtocol.Text(w, $"UNSUB {subscription.Sid}\r\n"));
    }

    private async Task RunAsync(TimeSpan pingInterval)
    {
        await Task.Yield();
        var loops = new[] { ReadAsync(), WriteAsync(), PingAsync(pingInterval) };
        var first = await Task.WhenAny(loops);
        Close(first.Exception?.InnerException ?? new NatsDisconnectedException("we closed it"));
        await Task.WhenAll(loops).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await stream.DisposeAsync();
    }

    private void Close(Exception reason)
    {
        TaskCompletionSource waiting;
        lock (gate)
        {
            if (closed) return;
            closed = true;
            waiting = room;
        }
        closing.Cancel();
        var error = reason as NatsDisconnectedException ?? new NatsDisconnectedException(reason.Message);
        waiting.TrySetResult();
        foreach (var open in asked.Values) open.TrySetException(error);
        while (pongs.TryDequeue(out var pong)) pong.TrySetException(error);
        foreach (var subscription in subscriptions.Values) subscription.End(error);
        ended.TrySetResult(reason);
        // A write to a server that reads nothing would hold the end up.
        stream.Close();
    }

    private async Task WriteAsync()
    {
        while (true)
        {
            await wake.WaitAsync(closing.Token);
            ArrayBufferWriter<byte> full;
            TaskCompletionSource waiting;
            lock (gate)
            {
                waking = false;
                if (output.WrittenCount == 0) continue;
                (full, output) = (output, spare);
                (waiting, room) = (room, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            await stream.WriteAsync(full.WrittenMemory, closing.Token);
            // What a burst needed is given back.
            spare = full.Capacity > 1 << 20 ? new ArrayBufferWriter<byte>(1 << 16) : full;
            spare.ResetWrittenCount();
            waiting.TrySetResult();
        }
    }

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));
        while (true)
        {
            var read = await reader.ReadAsync(closing.Token);
            var buffer = read.Buffer;
            while (NatsProtocol.TryRead(ref buffer, out var frame)) Take(frame);
            reader.AdvanceTo(buffer.Start, buffer.End);
            Volatile.Write(ref unanswered, 0); // anything at all is a sign of life
            if (read.IsCompleted) throw new NatsDisconnectedException("the server closed it");
        }
    }

    private async Task PingAsync(TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        while (await timer.WaitForNextTickAsync(closing.Token))
        {
            if (Interlocked.Increment(ref unanswered) > 2) throw new NatsDisconnectedException("the server does not answer");
            lock (gate)
            {
                pongs.Enqueue(new TaskCompletionSource()); // answers come in the order of the questions
                Write(w => NatsProtocol.Text(w, "PING\r\n"));
            }
        }
    }

    private void Take(in NatsFrame frame)
    {
        switch (frame.Verb)
        {
            case NatsVerb.Message when frame.Sid == AnswersSid:
                if (long.TryParse(frame.Message!.Subject.AsSpan(Math.Min(inbox.Length, frame.Message.Subject.Length)), out var id) && asked.TryRemove(id, out var answer)) answer.TrySetResult(frame.Message);
                break;
            case NatsVerb.Message:
                if (subscriptions.TryGetValue(frame.Sid, out var subscription)) subscription.Take(frame.Message!);
                break;
            case NatsVerb.Ping:
                lock (gate) Write(w => NatsProtocol.Text(w, "PONG\r\n"));
                break;
            case NatsVerb.Pong:
                if (pongs.TryDequeue(out var pong)) pong.TrySetResult();
                break;
            case NatsVerb.Info:
                Info = NatsInfo.Parse(frame.Text!);
                if (Info.LameDuck) retiring.TrySetResult();
                break;
            case NatsVerb.Error when !frame.Text!.StartsWith("Permissions Violation", StringComparison.OrdinalIgnoreCase):
                throw new NatsException($"{Server} ends the connection: {frame.Text}");
        }
    }

    private void Write(Action<ArrayBufferWriter<byte>> write)
    {
        lock (gate)
        {
            write(output);
            WakeWriter();
        }
    }

    private void WakeWriter()
    {
        if (waking) return;
        waking = true;
        wake.Release();
    }

    private void ThrowIfClosed()
    {
        if (closed) throw new NatsDisconnectedException("it is closed");
    }
}

/// <summary>What comes on one subject. Its reader fails with <see cref="NatsException"/> when the connection ends.</summary>
public sealed class NatsSubscription : IDisposable
{
    private readonly NatsLink link;
    private readonly Channel<NatsMessage> messages;

    internal NatsSubscription(NatsLink link, long sid, string subject, int capacity)
    {
        (this.link, Sid, Subject) = (link, sid, subject);
        messages = Channel.CreateBounded<NatsMessage>(new BoundedChannelOptions(capacity) { SingleReader = true });
    }

    public string Subject { get; }
    public ChannelReader<NatsMessage> Messages => messages.Reader;
    internal long Sid { get; }

    internal void Take(NatsMessage message)
    {
        if (!messages.Writer.TryWrite(message)) End(new NatsException($"more came on {Subject} than was asked for"));
    }

    internal void End(Exception reason) => messages.Writer.TryComplete(reason);

    public void Dispose()
    {
        link.Unsubscribe(this);
        messages.Writer.TryComplete();
    }
}
