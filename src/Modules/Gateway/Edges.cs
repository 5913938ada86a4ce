using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Gateway;

/// <summary>Security headers, CORS, and what may not pass at all.</summary>
internal static class Edges
{
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
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        if (!http.Request.Path.StartsWithSegments("/docs")) headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return IsInternal(http.Request.Path) ? Problems.WriteAsync(http, Refusal.NotFound("no_such_path", "There is nothing at this address.")) : next(http);
    });

    /// <summary>Any segment named internal, however it is written: nothing under it has a route, and nothing may ever get one.</summary>
    private static bool IsInternal(PathString path) =>
        Uri.UnescapeDataString(path.Value ?? "").Replace('\\', '/').Split('/').Any(s => s.Trim().Split(';')[0].Equals("internal", StringComparison.OrdinalIgnoreCase) || s is "..");
}
