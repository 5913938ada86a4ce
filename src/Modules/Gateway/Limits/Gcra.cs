namespace EstoSpaces.Gateway;

/// <summary>What the limiter says: whether the request may pass, how many more could right now, and in how many seconds the next one could or the allowance is whole again.</summary>
internal readonly record struct Taken(bool Passes, int Remaining, int ResetSeconds);

/// <summary>
/// GCRA (the generic cell rate algorithm): each caller has a theoretical arrival time that moves on by one interval a request; a request that would move it further than the burst, a
/// minute's worth, is refused with the time to wait. All times in microseconds.
/// </summary>
internal static class Gcra
{
    public const long Minute = 60_000_000;

    /// <summary>The same in Redis, by its own clock: numbers are written with %d, for Lua would write large ones as 1.7e+15, and a clock that was set back blocks nobody for longer than a minute.</summary>
    public const string Script = """
        local time = redis.call('TIME')
        local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
        local interval, window = tonumber(ARGV[1]), tonumber(ARGV[2])
        local arrival = tonumber(redis.call('GET', KEYS[1]) or 0)
        if arrival < now then arrival = now end
        if arrival > now + window then arrival = now + window end
        arrival = arrival + interval
        local ahead = arrival - now
        if ahead > window then return {0, ahead} end
        redis.call('SET', KEYS[1], string.format('%d', arrival), 'PX', string.format('%d', math.ceil(ahead / 1000)))
        return {1, ahead}
        """;

    public static long IntervalOf(int perMinute) => Math.Max(1, Minute / Math.Max(1, perMinute));

    /// <summary>From how far ahead the arrival would be with this request.</summary>
    public static Taken Of(bool passes, long ahead, long interval) =>
        passes ? new Taken(true, (int)((Minute - ahead) / interval), Seconds(ahead)) : new Taken(false, 0, Seconds(ahead - Minute));

    private static int Seconds(long micros) => (int)((micros + 999_999) / 1_000_000);
}
