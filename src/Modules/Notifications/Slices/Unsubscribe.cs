using System.Net;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Notifications;

/// <summary>
/// The reader of a mail turns off its kind: by one click of his mail program (RFC 8058: a POST, no sign-in, no questions), or by the link in the mail, which asks once, because programs follow
/// links that nobody clicked. A link that is not ours is refused.
/// </summary>
public static class Unsubscribe
{
    public static void Map(RouteGroupBuilder strangers)
    {
        strangers.MapPost("/unsubscribe", Handle).WithName("Unsubscribe").Produces(200).DisableAntiforgery();
        strangers.MapGet("/unsubscribe", Ask).WithName("AskToUnsubscribe").Produces(200);
    }

    private static async Task<IResult> Handle(string? token, HttpContext http, UnsubscribeTokens tokens, NotificationsDb db, Preferences preferences, CancellationToken ct)
    {
        if (tokens.Read(token) is not { } link || Templates.Categories.All(c => c.Name != link.Category)) return NotificationRefusals.UnsubscribeLinkInvalid.ToProblem();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var wanted = (await preferences.AllAsync(link.User, ct)).GetValueOrDefault(link.Category, Wanted.ByDefault);
        await preferences.SetAsync(link.User, link.Category, wanted with { Email = false }, ct);
        await transaction.CommitAsync(ct);
        return Page(http, "Done", "You will not get mail of this kind any more.", "C’est fait : vous ne recevrez plus ce type de message.", null);
    }

    private static IResult Ask(string? token, HttpContext http, UnsubscribeTokens tokens) => tokens.Read(token) is null
        ? NotificationRefusals.UnsubscribeLinkInvalid.ToProblem()
        : Page(http, "Unsubscribe", "Stop mail of this kind?", "Ne plus recevoir ce type de message ?", token);

    private static IResult Page(HttpContext http, string title, string english, string french, string? token)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";
        var form = token is null ? "" : $"""<form method="post" action="?token={WebUtility.HtmlEncode(token)}"><button>Unsubscribe · Se désabonner</button></form>""";
        return Results.Content($$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{{title}} · EstoSpaces</title>
            <style>:root{color-scheme:light dark}body{font:17px/1.6 system-ui,sans-serif;max-width:32rem;margin:18vh auto;padding:0 1.5rem;background:light-dark(#faf7f1,#161917);color:light-dark(#20231f,#efebe2)}button{font:inherit;font-weight:600;border:0;border-radius:10px;padding:.8rem 1.4rem;background:#1d5b4e;color:#fffdf9}</style>
            <h1>{{title}}</h1><p>{{english}}</p><p lang="fr">{{french}}</p>{{form}}</html>
            """, "text/html; charset=utf-8");
    }
}
