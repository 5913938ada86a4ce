using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Security.Authentication;
using EstoSpaces.Kernel.Observability;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EstoSpaces.Kernel.Redis;

/// <summary>
/// The one door to Redis, by StackExchange.Redis. It connects in the background and never stops a start. Every call has 100 ms; one that fails or takes longer shuts the door, and
/// while it is shut calls answer null at once: a Redis that is dead or stalled costs the requests that were under way 100 ms, once, and all others nothing. The background goes on
/// asking, and opens the door when Redis answers in time again.
/// </summary>
public sealed partial class RedisDoor : IReadinessCheck, IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookWhileOpen = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookWhileShut = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(3);

    private readonly ConfigurationOptions options;
    private readonly int database;
    private readonly ILogger log;
    private readonly CancellationTokenSource stop = new();
    private readonly Task tending;
    private volatile IDatabase? open;
    private volatile int openings;
    private readonly Meter meter = new("EstoSpaces.Redis");
    private readonly Outage outage;

    /// <summary>Begins to connect, and returns at once. A loss is logged by the clock's measure.</summary>
    public RedisDoor(RedisAddress address, ILoggerFactory loggers, TimeProvider? clock = null)
    {
        outage = new Outage(clock ?? TimeProvider.System, Outage.UsualPatience);
        log = loggers.CreateLogger<RedisDoor>();
        database = address.Database;
        options = new ConfigurationOptions
        {
            EndPoints = { { address.Host, address.Port } }, Password = address.Password, Ssl = address.Tls, ClientName = "estospaces", AbortOnConnectFail = true, ConnectRetry = 1,
            ConnectTimeout = (int)ConnectWithin.TotalMilliseconds, SyncTimeout = (int)ConnectWithin.TotalMilliseconds, TieBreaker = "", ConfigurationChannel = "",
        };
        if (address.Tls) (options.SslHost, options.SslProtocols) = (address.Host, SslProtocols.Tls12 | SslProtocols.Tls13);
        meter.CreateObservableGauge("estospaces_redis_connected", () => IsOpen ? 1 : 0, description: "1 while Redis answers in time");
        tending = Task.Run(() => TendAsync(stop.Token));
    }

    /// <summary>Whether Redis answered in time when it was last asked.</summary>
    public bool IsOpen => open is not null;

    /// <summary>Grows each time the door opens: who keeps a copy of something in Redis reads it again then, and messages of a channel may have been missed before.</summary>
    public int Openings => openings;

    string IReadinessCheck.Name => "redis";
    bool IReadinessCheck.IsNeeded => false;
    Task<string?> IReadinessCheck.CheckAsync(CancellationToken ct) => Task.FromResult(IsOpen ? null : "does not answer: limits are counted by each gateway");

    /// <summary>Runs a Lua script on one key. Null when Redis can't be asked right now.</summary>
    public Task<long[]?> EvaluateAsync(string script, string key, params long[] arguments) => AskAsync(async db =>
    {
        RedisKey[] keys = [key];
        var values = Array.ConvertAll(arguments, a => (RedisValue)a);
        try { return (long[])await db.ScriptEvaluateAsync(script, keys, values).ConfigureAwait(false); }
        // Redis was restarted or its scripts flushed: the client has noted that, and sends the text this time.
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal)) { return (long[])await db.ScriptEvaluateAsync(script, keys, values).ConfigureAwait(false); }
    });

    /// <summary>Puts members with their scores into a sorted set, takes out those below a score, and tells the listeners of the channel of the same name. False when Redis can't be asked.</summary>
    public async Task<bool> AnnounceAsync(string key, IReadOnlyCollection<(string Member, long Score)> members, long forgetBelow) => await AskAsync(async db =>
    {
        var sent = new List<Task> { db.SortedSetAddAsync(key, [.. members.Select(m => new SortedSetEntry(m.Member, m.Score))]), db.SortedSetRemoveRangeByScoreAsync(key, double.NegativeInfinity, forgetBelow, Exclude.Stop) };
        sent.AddRange(members.Select(m => db.PublishAsync(key, $"{m.Member} {m.Score}")));
        await Task.WhenAll(sent).ConfigureAwait(false);
        return "";
    }) is not null;

    /// <summary>Members of a sorted set from a score on. Null when Redis can't be asked.</summary>
    public Task<(string Member, long Score)[]?> ReadAsync(string key, long from) => AskAsync(async db =>
        Array.ConvertAll(await db.SortedSetRangeByScoreWithScoresAsync(key, from).ConfigureAwait(false), e => ((string)e.Element, (long)e.Score)));

    /// <summary>Hears a channel until the connection is lost; call it again when <see cref="Openings"/> has grown. False when Redis can't be asked.</summary>
    public async Task<bool> ListenAsync(string channel, Action<string> hear) => await AskAsync(async db =>
    {
        await db.Multiplexer.GetSubscriber().UnsubscribeAsync(channel).ConfigureAwait(false);
        await db.Multiplexer.GetSubscriber().SubscribeAsync(channel, (_, text) => hear(text!)).ConfigureAwait(false);
        return "";
    }) is not null;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await tending;
        meter.Dispose();
        stop.Dispose();
    }

    private async Task<T?> AskAsync<T>(Func<IDatabase, Task<T>> ask) where T : class
    {
        if (open is not { } db) return null;
        Task<T>? answer = null;
        try
        {
            answer = ask(db);
            return await answer.WaitAsync(Deadline).ConfigureAwait(false);
        }
        catch (Exception e) when (IsLoss(e))
        {
            answer?.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            Shut(db, e);
            return null;
        }
    }

    private async Task TendAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var connection = await ConnectionMultiplexer.ConnectAsync(options);
                connection.PreserveAsyncOrder = false;
                try { await KeepAsync(connection.GetDatabase(database), ct); }
                finally
                {
                    open = null;
                    connection.Close(allowCommandsToComplete: false);
                }
            }
            catch (Exception e) when (IsLoss(e)) { NoteLoss(e); }
            await Until(LookWhileShut, ct);
        }
    }

    /// <summary>Opens and shuts the door as Redis answers; returns when the connection is beyond hope and a new one must be made.</summary>
    private async Task KeepAsync(IDatabase db, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            Task<TimeSpan>? ping = null;
            try
            {
                ping = db.PingAsync();
                await ping.WaitAsync(Deadline, ct);
                if (open is null) Open(db);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested) { return; }
            catch (Exception e) when (IsLoss(e))
            {
                Shut(db, e);
                // One question stays out until it is answered, so that a stalled server finds no pile of them when it wakes.
                if (ping is null || await Task.WhenAny(ping, Task.Delay(GiveUpAfter, ct)) != ping || ping.IsFaulted) return;
            }
            await Until(open is null ? LookWhileShut : LookWhileOpen, ct);
        }
    }

    private void Open(IDatabase db)
    {
        open = db;
        openings++;
        if (outage.Ends()) LogOpen();
    }

    private void Shut(IDatabase db, Exception e)
    {
        if (ReferenceEquals(open, db)) open = null;
        NoteLoss(e);
    }

    private void NoteLoss(Exception e)
    {
        if (outage.Lasts()) LogShut(e.Message);
    }

    private static bool IsLoss(Exception e) => e is RedisException or RedisCommandException or TimeoutException or SocketException or IOException or ObjectDisposedException or AuthenticationException or OperationCanceledException;

    private static Task Until(TimeSpan time, CancellationToken ct) => Task.Delay(time, ct).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer, each process counts for itself: {Reason}")]
    private partial void LogShut(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis answers again")]
    private partial void LogOpen();
}
