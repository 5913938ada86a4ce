using System.Diagnostics;
using System.Text;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>
/// Who of several instances reads a stream for a consumer: a message in a stream whose messages live for a few seconds, put there only if there is none, and renewed.
/// Several readers at once would handle facts of one subject beside each other and out of their order.
/// </summary>
internal sealed class ReadingLease : IAsyncDisposable
{
    /// <summary>After so long the lease of an instance that died is free.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <summary>What is left of its life when we stop to rely on it: the server's clock began to run a little before ours.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);
    private readonly NatsLink link;
    private readonly string subject, holder;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource ending = new();
    private readonly Task renewing;
    private long sequence, takenAt;

    private ReadingLease(NatsLink link, string subject, string holder, long sequence, long takenAt)
    {
        (this.link, this.subject, this.holder, this.sequence, this.takenAt) = (link, subject, holder, sequence, takenAt);
        Runs(takenAt);
        renewing = RenewAsync();
    }

    /// <summary>Cancelled when it is ours no more.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Whether we may still speak for the consumer.</summary>
    public bool Holds => Stopwatch.GetElapsedTime(Volatile.Read(ref takenAt)) < Life - Margin && link.IsAlive;

    /// <summary>Waits until it is free and takes it. Throws what the connection throws.</summary>
    public static async Task<ReadingLease> TakeAsync(NatsLink link, string stream, string consumer, string holder, Action waiting, CancellationToken ct)
    {
        var subject = $"{Streams.LeaseSubjects}.{stream}.{consumer}";
        while (true)
        {
            var at = Stopwatch.GetTimestamp();
            if (await PutAsync(link, subject, holder, 0, ct) is { } sequence) return new ReadingLease(link, subject, holder, sequence, at);
            waiting();
            await Task.Delay(LookAgain, ct);
        }
    }

    /// <summary>Gives it back, so that the next need not wait for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await renewing;
        if (Holds)
            try
            {
                await link.AskAsync("STREAM.MSG.DELETE." + Streams.Leases, new System.Text.Json.Nodes.JsonObject { ["seq"] = sequence, ["no_erase"] = true }, CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or TimeoutException) { } // it ends by itself
        await lost.CancelAsync();
    }

    private void Runs(long from)
    {
        var left = Life - Margin - Stopwatch.GetElapsedTime(from);
        lost.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private async Task RenewAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Renewal);
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                if (lost.IsCancellationRequested) return;
                var at = Stopwatch.GetTimestamp();
                try
                {
                    if (await PutAsync(link, subject, holder, sequence, ending.Token) is not { } next) break;
                    sequence = next;
                    Volatile.Write(ref takenAt, at);
                    Runs(at);
                }
                catch (TimeoutException) { } // as long as it lives we try again
            }
            if (!ending.IsCancellationRequested) await lost.CancelAsync();
        }
        catch (OperationCanceledException) { }
        catch (IOException) { await lost.CancelAsync(); }
    }

    /// <summary>The sequence of our message; null when somebody else's lies there.</summary>
    private static async Task<long?> PutAsync(NatsLink link, string subject, string holder, long expected, CancellationToken ct)
    {
        var headers = NatsProtocol.Headers(("Nats-Expected-Last-Subject-Sequence", expected.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        try { return (await link.StoreAsync(subject, Encoding.UTF8.GetBytes(holder), headers, ct)).Sequence; }
        catch (JetStreamException e) when (e.Error == JetStreamException.WrongLastSequence) { return null; }
    }
}
