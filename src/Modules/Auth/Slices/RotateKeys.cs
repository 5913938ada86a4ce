using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Auth;

/// <summary>An operator has the next signing key made by hand. It is published at once and signs after SignsAfterSeconds (default: ten minutes, longer than other services keep the keys).</summary>
public static class RotateKeys
{
    public sealed record Request(int? SignsAfterSeconds) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Range((decimal?)SignsAfterSeconds, "signs_after_seconds", 0, 86_400);
        }
    }

    public sealed record Response(string Kid, DateTimeOffset ActivatesAt);

    public static void Map(RouteGroupBuilder services) => services.MapPost("/keys/rotate", Handle);

    private static async Task<IResult> Handle(Request? request, SigningKeys keys, CancellationToken ct)
    {
        var ahead = request?.SignsAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : SigningKeys.PublishAhead;
        var (kid, activatesAt) = await keys.RotateAsync(ahead, ct);
        return Results.Ok(new Response(kid, activatesAt));
    }
}
