using EstoSpaces.Web.Calls;
using EstoSpaces.Web.Sessions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Web.Doors;

/// <summary>Somebody signs out: the session ends at the service too, and the cookie goes even when the service does not answer.</summary>
public static class SignOut
{
    public static void MapSignOut(this IEndpointRouteBuilder routes) => routes.MapPost("/sign-out", async (HttpContext http, Api api, VisitorSession session, IAntiforgery antiforgery) =>
    {
        await antiforgery.ValidateRequestAsync(http);
        if (session.RefreshToken is { } token) await api.TellAsync("/api/v1/auth/logout", new { refresh_token = token });
        session.End();
        return Results.Redirect("/");
    }).DisableAntiforgery();
}
