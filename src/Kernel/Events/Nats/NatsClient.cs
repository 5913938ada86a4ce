using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>
/// Our own client of NATS, because the package feed has only NATS.Client 0.8.0, which never connects again after a server was lost; NATS.Net (NATS.Client.Core and
/// NATS.Client.JetStream, version 2) would replace this folder. It keeps one connection to one server of the cluster: it tries the servers of the list and those they tell of,
/// in turn and with growing pauses, and moves on when its server says that it will stop. There is nothing in it that we don't use.
/// </summary>
public sealed partial class NatsClient : IAsyncDisposable
{
    private readonly NatsOptions options;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly List<NatsServer> pool;
    private readonly Lock gate = new();
    private TaskCompletionSource<NatsLink> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task running = Task.CompletedTask;
    private NatsLink? link;
    private string trouble = "not connected yet";
    private string? logged;

    public NatsClient(NatsOptions options, ILogger log)
    {
        (this.options, this.log) = (options, log);
        pool = [.. options.Servers];
        if (pool.Count == 0) throw new ArgumentException("there is no server to connect to", nameof(options));
    }

    /// <summary>The connection there is, or null.</summary>
    public NatsLink? Link => Volatile.Read(ref link) is { IsAlive: true } alive ? alive : null;

    /// <summary>Why there is no connection, in words that may be shown.</summary>
    public string Trouble => Volatile.Read(ref trouble);

    /// <summary>Connections made after the first.</summary>
    public long Reconnects { get; private set; }

    /// <summary>A connection was made.</summary>
    public event Action? Connected;

    public void Start() => running = KeepAsync();

    /// <summary>The connection, as soon as there is one.</summary>
    public async Task<NatsLink> LinkAsync(CancellationToken ct)
    {
        while (true)
        {
            Task<NatsLink> coming;
            lock (gate)
            {
                if (Link is { } now) return now;
                coming = next.Task;
            }
            var made = await coming.WaitAsync(ct);
            if (made.IsAlive) return made;
            lock (gate)
                if (next.Task == coming) next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        lock (gate) next.TrySetCanceled();
    }

    private async Task KeepAsync()
    {
        await Task.Yield();
        var failures = 0;
        for (var turn = 0; !stopping.IsCancellationRequested; turn++)
        {
            var server = pool[turn % pool.Count];
            try
            {
                var made = await NatsLink.DialAsync(server, options, stopping.Token);
                failures = 0;
                Adopt(made, first: logged is null);
                await UseAsync(made);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
            catch (NatsException e)
            {
                Failed(e.Message);
                // A round through all servers without a pause, then pauses that grow.
                if (++failures < pool.Count) continue;
            }
            if (!await PauseAsync(failures)) return;
        }
    }

    private async Task UseAsync(NatsLink made)
    {
        using var stopped = new CancellationTokenSource();
        await using var _ = stopping.Token.Register(stopped.Cancel);
        var stop = Task.Delay(Timeout.Infinite, stopped.Token);
        var first = await Task.WhenAny(made.Ended, made.Retiring, stop);
        if (first == made.Ended)
        {
            Failed((await made.Ended).Message);
            return;
        }
        if (first == made.Retiring) Failed($"{made.Server} is going to stop");
        await made.RetireAsync(TimeSpan.FromSeconds(2));
    }

    private void Adopt(NatsLink made, bool first)
    {
        foreach (var url in made.Info.Servers)
        {
            if (!Uri.TryCreate("nats://" + url, UriKind.Absolute, out var uri) || pool.Count >= 64) continue;
            var told = made.Server with { Host = uri.Host.Trim('[', ']'), Port = uri.Port > 0 ? uri.Port : 4222 };
            if (pool.All(s => s.Host != told.Host || s.Port != told.Port)) pool.Add(told);
        }
        if (!first) Reconnects++;
        lock (gate)
        {
            Volatile.Write(ref link, made);
            if (!next.TrySetResult(made))
            {
                next = new(TaskCreationOptions.RunContinuationsAsynchronously);
                next.SetResult(made);
            }
        }
        LogConnected(made.Server.ToString(), made.Info.Version);
        logged = "";
        Connected?.Invoke();
    }

    private void Failed(string reason)
    {
        Volatile.Write(ref trouble, reason);
        if (logged == reason) return;
        logged = reason;
        LogAway(reason);
    }

    private async Task<bool> PauseAsync(int failures)
    {
        var pause = Math.Min(options.MaxBackOff.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(failures, 10))) * (0.5 + Random.Shared.NextDouble() / 2);
        try { await Task.Delay(TimeSpan.FromMilliseconds(pause), stopping.Token); }
        catch (OperationCanceledException) { return false; }
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to {Server}, NATS {Version}")]
    private partial void LogConnected(string server, string version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "NATS is away: {Reason}; trying again")]
    private partial void LogAway(string reason);
}
