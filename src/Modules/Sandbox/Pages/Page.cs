using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>The frame around every page of the sandbox.</summary>
internal static class Page
{
    static readonly (string Path, string Name)[] Places =
        [("/sandbox", "Overview"), ("/sandbox/mailbox", "Mailbox"), ("/sandbox/phone", "Phone"), ("/sandbox/cards", "Card network"), ("/sandbox/clock", "Clock")];

    public static IResult Show(HttpContext http, string title, string place, Markup body)
    {
        Guard(http, "'none'");
        return Results.Content(Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>{Head(title)}</head>
            <body>
              <div class="bar"><div>
                <strong>Sandbox</strong>
                <nav aria-label="Sandbox">{Html.Each(Places, p => Html.Of($"""<a href="{p.Path}"{Current(p.Path == place)}>{p.Name}</a>"""))}</nav>
                <span class="note">Nothing here leaves this machine</span>
              </div></div>
              <main>{body}</main>
            </body>
            </html>
            """).Text, "text/html; charset=utf-8");
    }

    /// <summary>A page that a payer sees: no navigation, one column; embedded in a frame it fills it.</summary>
    public static IResult ShowPayer(HttpContext http, string title, bool embedded, Markup body, string language = "en", int status = 200)
    {
        Guard(http, embedded ? "*" : "'none'");
        return Results.Content(Html.Of($"""
            <!doctype html>
            <html lang="{language}">
            <head>{Head(title)}</head>
            <body{(embedded ? new Markup(" class=\"embed\"") : Markup.Nothing)}>
              <main class="column"><div class="panel">{body}</div></main>
            </body>
            </html>
            """).Text, "text/html; charset=utf-8", statusCode: status);
    }

    public static Markup Current(bool current) => new(current ? " aria-current=\"page\"" : "");

    /// <summary>A moment as a reader wants it, with the exact one on hover.</summary>
    public static Markup When(DateTimeOffset time) =>
        Html.Of($"""<time datetime="{time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" title="{time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC">{time.UtcDateTime:d MMM HH:mm:ss}</time>""");

    static Markup Head(string title) => Html.Of($"""
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
        <title>{title} · Sandbox</title><link rel="stylesheet" href="/sandbox/sandbox.css"><link rel="icon" href="data:,">
        """);

    static void Guard(HttpContext http, string ancestors)
    {
        http.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors {ancestors}";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
    }
}
