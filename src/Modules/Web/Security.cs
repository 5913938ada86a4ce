using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Web;

/// <summary>
/// The headers of every answer. Pages run their own scripts and nothing else; only the pages that take a card may load the card provider's script and frame, from the one
/// address that is configured.
/// </summary>
public sealed class Security(Settings settings)
{
    private const string RealStripe = "https://js.stripe.com";
    private readonly string? card = Origin(settings["STRIPE_SCRIPT_URL"]) ?? RealStripe;
    private readonly string pictures = string.Join(' ', new[] { "'self'", "data:", "blob:", Origin(settings["CDN_URL"]), TileOrigin(settings["TILE_URL"]) }.Where(o => o is not null));

    public void Use(IApplicationBuilder app) => app.Use((http, next) =>
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = PolicyFor(http.Request.Path);
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(self)";
        headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups";
        if (http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return next(http);
    });

    private string PolicyFor(PathString path)
    {
        var plain = $"default-src 'self'; img-src {pictures}; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";
        if (!path.StartsWithSegments("/checkout")) return $"{plain}; form-action 'self'";
        var (frames, calls, leads) = card == RealStripe ? ("https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com", "https://api.stripe.com", "https://checkout.stripe.com") : (card, card, card);
        return $"{plain}; script-src 'self' {card}; frame-src {frames}; connect-src 'self' {calls}; form-action 'self' {leads}";
    }

    private static string? Origin(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) : null;

    // {s} stands for one of several host names.
    private static string? TileOrigin(string? template) => Origin(template?.Replace("{s}", "wildcard", StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal))?
        .Replace("//wildcard.", "//*.", StringComparison.Ordinal);
}
