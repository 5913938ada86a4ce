using System.Text.Encodings.Web;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EstoSpaces.Kernel.Identity;

public sealed class UserTokenOptions : AuthenticationSchemeOptions
{
    /// <summary>Auth itself: it asks its own sessions, and answers those that ended in its own words.</summary>
    public bool KnowsSessions { get; set; }
}

/// <summary>Set on a request whose token is good but for its session, which has ended.</summary>
public sealed record SessionEnded
{
    public static readonly SessionEnded Instance = new();
    public static readonly Refusal Refusal = Refusal.Unauthenticated("session_ended", "This session was ended. Sign in again.");
}

/// <summary>Bearer tokens (RFC 6750) of users: an access token of auth's, whose session has not been ended.</summary>
internal sealed class UserTokenHandler(IOptionsMonitor<UserTokenOptions> options, ILoggerFactory loggers, UrlEncoder encoder, AccessTokens tokens, RevokedSessions revoked)
    : AuthenticationHandler<UserTokenOptions>(options, loggers, encoder)
{
    private const string Bearer = "Bearer ";

    /// <summary>{"alg":"HS25…: services sign with a shared key, auth never does. Their calls must not wait for auth's keys, nor fail because auth is away.</summary>
    private const string SharedKeyHeader = "eyJhbGciOiJIUzI1";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.NoResult();
        if (value.AsSpan(Bearer.Length).TrimStart().StartsWith(SharedKeyHeader)) return AuthenticateResult.NoResult();
        if (await tokens.CheckAsync(value.AsSpan(Bearer.Length).Trim(), Context.RequestAborted) is not { } principal) return AuthenticateResult.Fail("invalid_token");
        if (!Options.KnowsSessions && principal.Identity is UserIdentity { Caller: { } caller } && revoked.Contains(caller.SessionId))
        {
            Context.Features.Set(SessionEnded.Instance);
            return AuthenticateResult.Fail("session_ended");
        }
        return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Context.Features.Get<SessionEnded>() is not null) return Problems.WriteAsync(Context, SessionEnded.Refusal);
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = Request.Headers.Authorization.Count > 0 ? "Bearer error=\"invalid_token\"" : "Bearer";
        return Task.CompletedTask;
    }
}
