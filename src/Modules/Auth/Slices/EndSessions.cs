using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>Somebody ends one of his sessions, or all but the one that he uses. Sessions of others are as good as not there (session_not_found).</summary>
public static class EndSessions
{
    public static void Map(RouteGroupBuilder auth)
    {
        auth.MapDelete("/sessions/{id:guid}", HandleOne).WithName("EndSession").Produces(204);
        auth.MapDelete("/sessions", HandleOthers).WithName("EndOtherSessions").Produces(204);
    }

    private static async Task<IResult> HandleOne(Guid id, Caller caller, AuthDb db, Outbox outbox, SessionIssuer sessions, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        var session = await db.Sessions.SingleOrDefaultAsync(s => s.Id == id && s.UserId == caller.UserId, ct);
        if (session is null) return AuthRefusals.SessionNotFound.ToProblem();
        if (session.Revoke("ended_by_owner", TimeProvider.System.GetUtcNow(), sessions.TokenLife) is { } revoked) outbox.Add(revoked);
        await db.SaveChangesAsync(ct);
        return Results.NoContent();
    }

    private static async Task<IResult> HandleOthers(Caller caller, AuthDb db, Outbox outbox, SessionIssuer sessions, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        outbox.AddAll(await sessions.RevokeAllAsync(caller.UserId, caller.SessionId, "ended_by_owner", ct));
        await db.SaveChangesAsync(ct);
        return Results.NoContent();
    }
}
