using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EstoSpaces.Auth;

/// <summary>Gives out tokens. What it adds to the database context is saved by the slice that called it.</summary>
public sealed class SessionIssuer(AuthDb db, SigningKeys keys, AuthKeys secrets, Settings settings)
{
    public TimeSpan TokenLife => settings.Span("JWT_EXPIRY");

    /// <summary>A new session on the device that asks.</summary>
    public Task<SessionView> StartAsync(Account account, HttpContext http, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var session = new Session { Id = Guid.CreateVersion7(), UserId = account.Id, CreatedAt = now };
        Touch(session, http, now);
        db.Sessions.Add(session);
        return ContinueAsync(account, session, OpaqueToken.New(), ct);
    }

    /// <summary>The next tokens of a session, after the refresh token that was just used.</summary>
    public Task<SessionView> RotateAsync(Account account, Session session, string used, HttpContext http, CancellationToken ct)
    {
        Touch(session, http, TimeProvider.System.GetUtcNow());
        return ContinueAsync(account, session, OpaqueToken.After(used, secrets.Refresh), ct);
    }

    /// <summary>The same answer again, for a client that did not get the first one.</summary>
    public Task<SessionView> RepeatAsync(Account account, Session session, string used, CancellationToken ct) =>
        ViewAsync(account, session.Id, OpaqueToken.After(used, secrets.Refresh), ct);

    /// <summary>Further tokens of a session whose account changed, e.g. its roles.</summary>
    public Task<SessionView> ContinueAsync(Account account, Session session, CancellationToken ct) => ContinueAsync(account, session, OpaqueToken.New(), ct);

    /// <summary>Hash of the token that follows a used one.</summary>
    public byte[] HashAfter(string used) => OpaqueToken.Hash(OpaqueToken.After(used, secrets.Refresh));

    /// <summary>Ends all sessions of an account but one; answers what others must be told.</summary>
    public async Task<IReadOnlyList<SessionRevoked>> RevokeAllAsync(UserId user, Guid? except, string reason, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var sessions = await db.Sessions.Where(s => s.UserId == user && s.RevokedAt == null && s.ExpiresAt > now && s.Id != except).ToListAsync(ct);
        return [.. sessions.Select(s => s.Revoke(reason, now, TokenLife)!)];
    }

    private Task<SessionView> ContinueAsync(Account account, Session session, string token, CancellationToken ct)
    {
        db.RefreshTokens.Add(new RefreshToken { Id = Guid.CreateVersion7(), SessionId = session.Id, TokenHash = OpaqueToken.Hash(token), CreatedAt = TimeProvider.System.GetUtcNow(), ExpiresAt = session.ExpiresAt });
        return ViewAsync(account, session.Id, token, ct);
    }

    private void Touch(Session session, HttpContext http, DateTimeOffset now)
    {
        (session.LastUsedAt, session.ExpiresAt, session.Ip) = (now, now + settings.Span("REFRESH_EXPIRY"), Device.Address(http));
        session.UserAgent = Device.UserAgent(http);
    }

    private async Task<SessionView> ViewAsync(Account account, Guid session, string refreshToken, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = AccessKeys.Issuer, Audience = AccessKeys.Issuer, IssuedAt = now.UtcDateTime, NotBefore = now.UtcDateTime, Expires = (now + TokenLife).UtcDateTime,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = account.Id.ToString(), ["sid"] = session.ToString(), ["roles"] = account.RoleNames, ["email"] = account.Email, ["email_verified"] = account.EmailVerified,
            },
            SigningCredentials = await keys.SignerAsync(ct),
        });
        return new SessionView(account.View(), token, refreshToken, "Bearer", (int)TokenLife.TotalSeconds);
    }
}
