using System.Collections.Concurrent;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Gateway;

/// <summary>
/// GCRA (the generic cell rate algorithm): each caller has a theoretical arrival time that moves on by one interval a request; a request that would move it further than the burst
/// allows is refused with the time to wait. A caller is an account, else an address. Answers RateLimit and RateLimit-Policy (IETF draft httpapi-ratelimit-headers).
/// </summary>
internal sealed class RateLimits(Settings settings)
{
    private const int SweepAbove = 100_000;
    private readonly ConcurrentDictionary<string, long> arrivals = new();
    private readonly int perMinute = settings.Int("RATE_LIMIT_PER_MINUTE");

    public int PerMinute => perMinute;

    /// <summary>Whether the request may pass, how many more could right now, and in how many seconds the next one could or the allowance is whole again.</summary>
    public (bool Passes, int Remaining, int ResetSeconds) Take(string caller)
    {
        var now = TimeProvider.System.GetTimestamp();
        var minute = TimeProvider.System.TimestampFrequency * 60;
        var interval = minute / perMinute;
        if (arrivals.Count > SweepAbove) Sweep(now);
        while (true)
        {
            var have = arrivals.TryGetValue(caller, out var stored);
            var arrival = Math.Max(have ? stored : 0, now) + interval;
            if (arrival - now > minute) return (false, 0, Seconds(arrival - now - minute));
            if (have ? arrivals.TryUpdate(caller, arrival, stored) : arrivals.TryAdd(caller, arrival))
                return (true, (int)((minute - (arrival - now)) / interval), Seconds(arrival - now));
        }
    }

    /// <summary>The account of a valid token, else the address: made-up tokens buy nobody an allowance of their own.</summary>
    public static string CallerOf(HttpContext http) => Caller.From(http)?.UserId.ToString() ?? ClientAddress.Of(http);

    private void Sweep(long now)
    {
        foreach (var (caller, arrival) in arrivals)
            if (arrival < now) arrivals.TryRemove(KeyValuePair.Create(caller, arrival));
    }

    private static int Seconds(long ticks) => (int)Math.Ceiling(ticks / (double)TimeProvider.System.TimestampFrequency);
}

internal static class RateLimiting
{
    public static void UseRateLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        app.Use((http, next) =>
        {
            if (http.Request.Path.Value is "/health" or "/ready" or "/metrics" or "/version" || IsPicture(http.Request)) return next(http);
            var (passes, remaining, reset) = limits.Take(RateLimits.CallerOf(http));
            http.Response.Headers["RateLimit-Policy"] = $"\"default\";q={limits.PerMinute};w=60";
            http.Response.Headers["RateLimit"] = $"\"default\";r={remaining};t={reset}";
            if (passes) return next(http);
            http.Response.Headers.RetryAfter = reset.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Problems.WriteAsync(http, Refusal.TooMany("too_many_requests", $"Too many requests. Wait {reset} seconds."));
        });
    }

    // A page has dozens, they never change, and the web application fetches them for all its visitors from one address: they are not counted.
    private static bool IsPicture(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Path.StartsWithSegments("/api/v1/media", out var file) && file.Value!.Count(c => c == '/') == 2;
}
