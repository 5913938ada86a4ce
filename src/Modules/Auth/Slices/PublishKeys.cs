using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Auth;

/// <summary>Anybody reads the public keys that access tokens are checked by (a JWK Set, RFC 7517).</summary>
public static class PublishKeys
{
    public sealed record Response(IReadOnlyList<PublicJwk> Keys);

    public static void Map(WebApplication app) => app.MapGet("/.well-known/jwks.json", Handle).WithName("PublishKeys").WithTags("auth").Produces<Response>();

    private static async Task<IResult> Handle(HttpContext http, SigningKeys keys, CancellationToken ct)
    {
        var published = await keys.PublishedAsync(ct);
        http.Response.Headers.CacheControl = "public, max-age=60";
        return Results.Json(new Response(published));
    }
}
