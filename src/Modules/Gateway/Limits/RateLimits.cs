using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EstoSpaces.Gateway;

/// <summary>
/// One allowance for each caller, in Redis for all gateways together. While Redis does not answer each gateway counts for itself, and gives only its share of the allowance: all
/// gateways together then let through no more than before. A caller is an account, else an address.
/// </summary>
internal sealed class RateLimits(ModuleContext context)
{
    private const int FewestGateways = 2;
    private readonly LocalLimit local = new();
    private readonly long interval = Gcra.IntervalOf(context.Settings.Int("RATE_LIMIT_PER_MINUTE"));

    /// <summary>Whether Redis must be asked now; else <see cref="TakeHere"/> answers at once.</summary>
    public bool IsShared => context.Redis is { IsOpen: true };

    public Taken TakeHere(string caller) => local.Take(caller, context.Redis is null ? interval : ShareOf(interval));

    public async ValueTask<Taken> TakeSharedAsync(string caller)
    {
        if (await context.Redis!.EvaluateAsync(Gcra.Script, "estospaces:limit:" + caller, interval, Gcra.Minute) is not [var passes, var ahead]) return TakeHere(caller);
        local.Note(caller, passes == 1 ? ahead : Gcra.Minute);
        return Gcra.Of(passes == 1, ahead, interval);
    }

    /// <summary>The account of a valid token, else the address: made-up tokens buy nobody an allowance of their own.</summary>
    public static string CallerOf(HttpContext http) => (http.User.Identity as UserIdentity)?.Key ?? ClientAddress.Of(http);

    private long ShareOf(long interval) => interval * Math.Max(FewestGateways, context.Directory.InstancesOf(context.Facts.Name).Count);
}

internal static class RateLimiting
{
    public static void UseRateLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RateLimits>();
        var policy = new StringValues($"\"default\";q={app.Services.GetRequiredService<Settings>().Int("RATE_LIMIT_PER_MINUTE")};w=60");
        app.Use((http, next) =>
        {
            if (http.Request.Path.Value is "/health" or "/ready" or "/metrics" or "/version" || IsPicture(http.Request)) return next(http);
            var caller = RateLimits.CallerOf(http);
            return limits.IsShared ? AskAsync(http, next, caller) : Go(http, next, limits.TakeHere(caller));
        });

        async Task AskAsync(HttpContext http, RequestDelegate next, string caller) => await Go(http, next, await limits.TakeSharedAsync(caller));

        Task Go(HttpContext http, RequestDelegate next, Taken taken)
        {
            http.Response.Headers["RateLimit-Policy"] = policy;
            http.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"default\";r={taken.Remaining};t={taken.ResetSeconds}");
            if (taken.Passes) return next(http);
            http.Response.Headers.RetryAfter = taken.ResetSeconds.ToString(CultureInfo.InvariantCulture);
            return Problems.WriteAsync(http, Refusal.TooMany("too_many_requests", $"Too many requests. Wait {taken.ResetSeconds} seconds."));
        }
    }

    // A page has dozens, they never change, and the web application fetches them for all its visitors from one address: they are not counted.
    private static bool IsPicture(HttpRequest request) =>
        request.Path.StartsWithSegments("/api/v1/media", out var file) && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && file.Value!.Count(c => c == '/') == 2;
}
