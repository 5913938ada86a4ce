using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EstoSpaces.Gateway;

/// <summary>Security headers, CORS, and what may not pass at all.</summary>
internal static class Edges
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues Deny = "DENY";
    private static readonly StringValues Referrer = "strict-origin-when-cross-origin";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues NoDevices = "camera=(), microphone=(), geolocation=()";
    private static readonly StringValues NoContent = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues OnlyTls = "max-age=31536000; includeSubDomains";

    public static Action<CorsOptions> Cors(ModuleContext context)
    {
        var origins = (context.Settings["ALLOWED_ORIGINS"] ?? context.Settings["PUBLIC_WEB_URL"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(origins).AllowAnyMethod().WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "X-Request-Id", "Accept-Language")
            .WithExposedHeaders("ETag", "Location", "X-Request-Id", "RateLimit", "RateLimit-Policy", "Retry-After", "Idempotent-Replayed").SetPreflightMaxAge(TimeSpan.FromHours(1)));
    }

    public static void UseEdges(this WebApplication app) => app.Use((http, next) =>
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = NoSniff;
        headers.XFrameOptions = Deny;
        headers["Referrer-Policy"] = Referrer;
        headers["Cross-Origin-Opener-Policy"] = SameOrigin;
        headers["Permissions-Policy"] = NoDevices;
        if (!http.Request.Path.StartsWithSegments("/docs")) headers.ContentSecurityPolicy = NoContent;
        if (http.Request.IsHttps) headers.StrictTransportSecurity = OnlyTls;
        return IsInternal(http.Request.Path.Value ?? "") ? Problems.WriteAsync(http, Refusal.NotFound("no_such_path", "There is nothing at this address.")) : next(http);
    });

    /// <summary>A session that was ended is refused here already, whatever is asked for: also what strangers may have. Only auth, which knows sessions itself, answers such a token in its own words.</summary>
    public static void UseLivingSessions(this WebApplication app) => app.Use((http, next) =>
        http.Features.Get<SessionEnded>() is null || http.Request.Path.StartsWithSegments("/api/v1/auth") || http.Request.Path.Value is "/health" or "/ready" or "/metrics" or "/version"
            ? next(http) : Problems.WriteAsync(http, SessionEnded.Refusal));

    /// <summary>Any segment named internal, however it is written: nothing under it has a route, and nothing may ever get one.</summary>
    private static bool IsInternal(string path)
    {
        // Nearly every path can be let through at a glance.
        if (path.AsSpan().IndexOfAny('%', '\\') < 0 && !path.Contains("..", StringComparison.Ordinal) && !path.Contains("internal", StringComparison.OrdinalIgnoreCase)) return false;
        return Uri.UnescapeDataString(path).Replace('\\', '/').Split('/').Any(s => s.Trim().Split(';')[0].Equals("internal", StringComparison.OrdinalIgnoreCase) || s is "..");
    }
}
