using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>Somebody sees where he is signed in, the latest use first.</summary>
public static class ListSessions
{
    private const int Most = 200;

    public sealed record Response(Guid Id, string Device, string? UserAgent, string? Ip, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, bool Current);

    public static void Map(RouteGroupBuilder auth) => auth.MapGet("/sessions", Handle).WithName("ListSessions").Produces<Contracts.Page<Response>>();

    private static async Task<IResult> Handle(Caller caller, AuthDb db, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        var now = TimeProvider.System.GetUtcNow();
        var sessions = await db.Sessions.AsNoTracking().Where(s => s.UserId == caller.UserId && s.RevokedAt == null && s.ExpiresAt > now).OrderByDescending(s => s.LastUsedAt).Take(Most).ToListAsync(ct);
        return Results.Ok(new Contracts.Page<Response>([.. sessions.Select(s => new Response(s.Id, Device.Describe(s.UserAgent), s.UserAgent, s.Ip, s.CreatedAt, s.LastUsedAt, s.ExpiresAt, s.Id == caller.SessionId))], null));
    }
}
