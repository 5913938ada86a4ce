using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>Somebody ends his session, named by the access token or, when that is over, by the refresh token. Ending it twice is fine; naming none is refused.</summary>
public static class Logout
{
    public sealed record Request(string? RefreshToken) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Length(RefreshToken, "refresh_token", 0, 200);
        }
    }

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/logout", Handle).WithName("Logout").Produces(204);

    private static async Task<IResult> Handle(Request? request, Caller? caller, AuthDb db, Outbox outbox, SessionIssuer sessions, CancellationToken ct)
    {
        var id = caller?.SessionId;
        if (request?.RefreshToken is { Length: > 0 } token)
        {
            var hash = OpaqueToken.Hash(token.Trim());
            id = await db.RefreshTokens.Where(t => t.TokenHash == hash).Select(t => (Guid?)t.SessionId).SingleOrDefaultAsync(ct) ?? id;
        }
        else if (caller is null) return Refusal.Unauthenticated("authentication_required", "Send the access token, or the refresh token in the body.").ToProblem();

        var session = await db.Sessions.SingleOrDefaultAsync(s => s.Id == id, ct);
        if (session?.Revoke("logout", TimeProvider.System.GetUtcNow(), sessions.TokenLife) is { } revoked)
        {
            outbox.Add(revoked);
            await db.SaveChangesAsync(ct);
        }
        return Results.NoContent();
    }
}
