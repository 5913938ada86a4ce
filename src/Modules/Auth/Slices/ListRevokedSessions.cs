using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Auth;

/// <summary>A service that no Redis tells asks which sessions ended since a time, so that it refuses their tokens.</summary>
public static class ListRevokedSessions
{
    public static void Map(RouteGroupBuilder services) => services.MapGet(RevokedSessionsFeed.Path["/internal".Length..], Handle);

    private static async Task<IResult> Handle(DateTimeOffset since, RevokedSince sessions, CancellationToken ct) =>
        Results.Ok(new RevokedSessionsFeed.Answer(await sessions.ReadAsync(since, ct)));
}
