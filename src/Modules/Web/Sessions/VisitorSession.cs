using EstoSpaces.Contracts.Auth;
using EstoSpaces.Web.Components;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Web.Sessions;

/// <summary>What the session cookie keeps, encrypted: the pair of tokens and who it is.</summary>
public sealed record KeptSession(string AccessToken, string RefreshToken, DateTimeOffset ExpiresAt, AccountView User)
{
    public static KeptSession Of(SessionView view, DateTimeOffset now) => new(view.AccessToken, view.RefreshToken, now.AddSeconds(view.ExpiresIn), view.User);
}

/// <summary>The visitor's session for one request. The tokens stay on this side: no page and no script ever sees them.</summary>
public sealed class VisitorSession(SessionCookie cookie, IHttpContextAccessor accessor, PageState state)
{
    private KeptSession? kept;

    internal KeptSession? Kept => kept;

    public AccountView? User => kept?.User;
    public bool SignedIn => kept is not null;
    public bool IsHost => User?.Roles.Contains(Role.Host) == true;
    internal string? AccessToken => kept?.AccessToken;
    internal string? RefreshToken => kept?.RefreshToken;

    /// <summary>Somebody signed in, or got new roles: the cookie goes out with this answer.</summary>
    public void Start(SessionView view)
    {
        var session = KeptSession.Of(view, TimeProvider.System.GetUtcNow());
        cookie.Write(accessor.HttpContext!, session);
        Use(session);
    }

    /// <summary>The cookie is taken away. Ending the session at the service is the caller's part.</summary>
    public void End()
    {
        cookie.Clear(accessor.HttpContext!);
        Use(null);
    }

    internal void Use(KeptSession? session)
    {
        kept = session;
        state.Visitor = session is null ? null : VisitorOf(session.User);
    }

    private static Visitor VisitorOf(AccountView user) =>
        new(string.IsNullOrWhiteSpace(user.Name) ? user.Email.Split('@')[0] : user.Name, user.Email, user.Roles.Contains(Role.Host), user.Roles.Contains(Role.Admin));
}
