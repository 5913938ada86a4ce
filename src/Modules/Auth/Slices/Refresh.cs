using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>
/// A client trades its refresh token for the next pair. A token that was used before ends its whole session (refresh_token_reused), with one exception: a client that sends the same
/// token again within ten seconds, while the token that follows is unused, did not get our answer (or sent it twice) and gets that same answer again.
/// </summary>
public static class Refresh
{
    private static readonly TimeSpan RepeatWithin = TimeSpan.FromSeconds(10);

    public sealed record Request(string? RefreshToken) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(RefreshToken, "refresh_token");
            yield return Checks.Length(RefreshToken, "refresh_token", 0, 200);
        }
    }

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/refresh", Handle).WithName("Refresh").Produces<SessionView>();

    private static async Task<IResult> Handle(Request request, HttpContext http, AuthDb db, Outbox outbox, SessionIssuer sessions, CancellationToken ct)
    {
        var given = request.RefreshToken!.Trim();
        var (hash, now) = (OpaqueToken.Hash(given), TimeProvider.System.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // Two requests with one token queue up here; the second finds it used.
        var token = await db.RefreshTokens.FromSql($"select * from refresh_tokens where token_hash = {hash} for update").SingleOrDefaultAsync(ct);
        if (token is null || token.ExpiresAt <= now) return AuthRefusals.RefreshTokenInvalid.ToProblem();
        var session = await db.Sessions.SingleAsync(s => s.Id == token.SessionId, ct);
        if (!session.IsAlive(now)) return AuthRefusals.SessionEnded.ToProblem();
        var account = await db.Accounts.SingleAsync(a => a.Id == session.UserId, ct);
        if (account.Status != AccountStatus.Active) return AuthRefusals.AccountSuspended.ToProblem();

        if (token.UsedAt is { } usedAt)
        {
            var following = sessions.HashAfter(given);
            if (now - usedAt <= RepeatWithin && await db.RefreshTokens.AnyAsync(t => t.TokenHash == following && t.UsedAt == null, ct))
                return Results.Ok(await sessions.RepeatAsync(account, session, given, ct));
            if (session.Revoke("refresh_token_reused", now, sessions.TokenLife) is { } revoked) outbox.Add(revoked);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return AuthRefusals.RefreshTokenReused.ToProblem();
        }

        token.UsedAt = now;
        var view = await sessions.RotateAsync(account, session, given, http, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Results.Ok(view);
    }
}
