using System.Collections.Concurrent;
using System.Globalization;
using EstoSpaces.Kernel.Redis;

namespace EstoSpaces.Kernel.Identity;

/// <summary>A session that ended before its access tokens did. They are worth nothing until they would have expired.</summary>
public sealed record RevokedSession(Guid SessionId, DateTimeOffset TokensExpireAt);

/// <summary>
/// The sessions whose tokens nobody may accept any more, as this process knows them: one set for all modules in it. Auth announces; with Redis every process hears it at once, and one
/// that was away reads what it missed. What is known stays known without Redis. Runs on system time, like tokens.
/// </summary>
public sealed class RevokedSessions(RedisDoor? redis = null) : IAsyncDisposable
{
    private const string Key = "estospaces:revoked_sessions";
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    // Clocks differ a little, and tokens are accepted for seconds after their end.
    private static readonly TimeSpan KeepLonger = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, long> ends = new();
    private readonly CancellationTokenSource stop = new();
    private Task following = Task.CompletedTask;
    private long sweepAt;

    /// <summary>Whether other processes hear what is announced here at once, and we what is announced there.</summary>
    public bool IsShared => redis is { IsOpen: true };

    /// <summary>Grows when what was announced before may have been lost on the way to the others.</summary>
    public int Openings => redis?.Openings ?? 0;

    public bool Contains(Guid session) => ends.TryGetValue(session, out var until) && until > Now;

    public void Add(RevokedSession session)
    {
        var until = (session.TokensExpireAt + KeepLonger).ToUnixTimeSeconds();
        if (until <= Now) return;
        ends.AddOrUpdate(session.SessionId, until, (_, before) => Math.Max(before, until));
        if (Now < Interlocked.Read(ref sweepAt)) return;
        Interlocked.Exchange(ref sweepAt, Now + 60);
        foreach (var (id, end) in ends)
            if (end <= Now) ends.TryRemove(KeyValuePair.Create(id, end));
    }

    /// <summary>Adds them here and tells all other processes. False when Redis, though there is one, could not be told.</summary>
    public async Task<bool> AnnounceAsync(IReadOnlyCollection<RevokedSession> sessions)
    {
        foreach (var session in sessions) Add(session);
        if (redis is null || sessions.Count == 0) return true;
        return await redis.AnnounceAsync(Key, [.. sessions.Select(s => (s.SessionId.ToString("n"), s.TokensExpireAt.ToUnixTimeSeconds()))], Now - (long)KeepLonger.TotalSeconds);
    }

    /// <summary>Follows what other processes announce, until disposed.</summary>
    public void Follow()
    {
        if (redis is not null) following = FollowAsync(redis, stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await following;
        stop.Dispose();
    }

    private async Task FollowAsync(RedisDoor door, CancellationToken ct)
    {
        var (heard, readAt) = (0, 0L);
        using var tick = new PeriodicTimer(Look);
        try
        {
            do
            {
                if (!door.IsOpen || (heard == door.Openings && Now < readAt)) continue;
                var opening = door.Openings;
                // First listen, then read: what is announced between the two is heard.
                if (heard != opening && !await door.ListenAsync(Key, Hear)) continue;
                if (await door.ReadAsync(Key, Now) is not { } all) continue;
                foreach (var (member, score) in all) Add(member, score);
                (heard, readAt) = (opening, Now + (long)ReadAgainAfter.TotalSeconds);
            }
            while (await tick.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { return; }
    }

    private void Hear(string text)
    {
        if (text.Split(' ') is [var member, var score] && long.TryParse(score, NumberStyles.None, CultureInfo.InvariantCulture, out var end)) Add(member, end);
    }

    private void Add(string member, long end)
    {
        if (Guid.TryParseExact(member, "n", out var id)) Add(new RevokedSession(id, DateTimeOffset.FromUnixTimeSeconds(end)));
    }

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
}
