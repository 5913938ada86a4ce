using EstoSpaces.Sandbox.Mail;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>The mailbox: who got which mail, read as its recipient would read it.</summary>
internal static class MailboxPages
{
    const int Shown = 200;

    public static void MapMailbox(this RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("/mailbox", ShowList);
        sandbox.MapGet("/mailbox.json", ListAsJson);
        sandbox.MapGet("/mailbox/{id:long}", ShowMail);
        sandbox.MapGet("/mailbox/{id:long}/body.html", ShowBody);
        sandbox.MapGet("/mailbox/{id:long}/attachments/{position:int}", Download);
    }

    static async Task<IResult> ShowList(HttpContext http, NpgsqlDataSource database, string? to)
    {
        var mails = await Mailbox.List(database, Wanted(to), Shown, http.RequestAborted);
        return Page.Show(http, "Mailbox", "/sandbox/mailbox", Html.Of($"""
            <h1>Mailbox</h1>
            <p class="soft">Every mail that the product sent, newest first.</p>
            {Filter(to)}
            {(mails.Count == 0 ? Empty(to) : Html.Of($"""<div class="mail"><ul class="mails">{Entries(mails, to, null)}</ul><div class="empty"><p>Choose a mail to read it.</p></div></div>"""))}
            """));
    }

    static async Task<IResult> ShowMail(HttpContext http, NpgsqlDataSource database, long id, string? to, string? view)
    {
        if (await Mailbox.Find(database, id, http.RequestAborted) is not { } mail) return Missing(http);
        var mails = await Mailbox.List(database, Wanted(to), Shown, http.RequestAborted);
        var chosen = view is "text" or "headers" ? view : mail.Html is null ? "text" : "html";
        var body = chosen switch
        {
            "html" => Html.Of($"""<iframe src="/sandbox/mailbox/{id}/body.html" title="The mail's content" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>"""),
            "text" => Html.Of($"<pre>{mail.Text ?? "This mail has no text part."}</pre>"),
            _ => Html.Of($"<pre>{Headers(mail)}</pre>"),
        };
        return Page.Show(http, mail.Subject, "/sandbox/mailbox", Html.Of($"""
            <h1>Mailbox</h1>
            {Filter(to)}
            <div class="mail reading">
              <ul class="mails">{Entries(mails, to, id)}</ul>
              <article class="letter">
                <header>
                  <h2>{mail.Subject}</h2>
                  <dl class="small">
                    <dt>From</dt><dd>{Person(mail.SenderName, mail.Sender)}</dd>
                    <dt>To</dt><dd>{Person(mail.RecipientName, mail.Recipient)}{(mail.CopiedTo.Length > 0 ? ", also " + string.Join(", ", mail.CopiedTo) : "")}</dd>
                    <dt>Received</dt><dd>{Page.When(mail.ReceivedAt)}</dd>
                    {(mail.Attachments.Count == 0 ? Markup.Nothing : Html.Of($"""<dt>Attached</dt><dd>{Html.Each(mail.Attachments, a => Html.Of($"""<a href="/sandbox/mailbox/{id}/attachments/{a.Position}">{a.Filename}</a> <span class="soft">({a.Bytes / 1024.0:0.#} kB)</span> """))}</dd>"""))}
                  </dl>
                  <nav class="tabs" aria-label="Parts of the mail">{Html.Each(new[] { "html", "text", "headers" }, tab => Html.Of($"""<a href="/sandbox/mailbox/{id}?view={tab}{Carry(to)}"{Page.Current(tab == chosen)}>{(tab == "html" ? "As mail" : tab == "text" ? "Text" : "Headers")}</a>"""))}</nav>
                </header>
                {body}
              </article>
            </div>
            """));
    }

    /// <summary>The HTML part alone, for the frame: no script, nothing that could act in the sandbox's name; links open a tab.</summary>
    static async Task<IResult> ShowBody(HttpContext http, NpgsqlDataSource database, long id)
    {
        if (await Mailbox.Find(database, id, http.RequestAborted) is not { } mail) return Results.NotFound();
        http.Response.Headers.ContentSecurityPolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; style-src 'unsafe-inline'; font-src *; frame-ancestors 'self'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Results.Content("<base target=\"_blank\">" + mail.Html, "text/html; charset=utf-8");
    }

    static async Task<IResult> Download(HttpContext http, NpgsqlDataSource database, long id, int position)
    {
        if (await Mailbox.FindAttachment(database, id, position, http.RequestAborted) is not { } file) return Results.NotFound();
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.File(file.Content, file.ContentType, file.Filename);
    }

    static async Task<IResult> ListAsJson(HttpContext http, NpgsqlDataSource database, string? to, int? limit)
    {
        var mails = await Mailbox.List(database, Wanted(to), Math.Clamp(limit ?? 50, 1, 500), http.RequestAborted);
        var whole = new List<object>();
        foreach (var summary in mails)
        {
            if (await Mailbox.Find(database, summary.Id, http.RequestAborted) is not { } mail) continue;
            whole.Add(new
            {
                id = mail.Id,
                message_id = mail.MessageId,
                to = mail.Recipient,
                to_name = mail.RecipientName,
                from = mail.Sender,
                from_name = mail.SenderName,
                reply_to = mail.ReplyTo,
                subject = mail.Subject,
                text = mail.Text,
                html = mail.Html,
                headers = mail.Headers,
                categories = mail.Categories,
                attachments = mail.Attachments.Select(a => new { filename = a.Filename, content_type = a.ContentType, bytes = a.Bytes, url = $"/sandbox/mailbox/{mail.Id}/attachments/{a.Position}" }),
                received_at = mail.ReceivedAt,
            });
        }
        return Wires.Json(new { data = whole });
    }

    static IResult Missing(HttpContext http) => Page.Show(http, "Mailbox", "/sandbox/mailbox", Html.Of($"""<h1>Mailbox</h1><div class="empty"><p>There is no such mail.</p><p><a href="/sandbox/mailbox">All mails</a></p></div>"""));

    static Markup Filter(string? to) => Html.Of($"""
        <form class="line" method="get" action="/sandbox/mailbox" role="search">
          <div><label for="to">Recipient</label><input id="to" name="to" type="email" value="{to}" placeholder="anybody"></div>
          <button class="quiet">Show</button>
        </form>
        """);

    static Markup Empty(string? to) => Html.Of($"""
        <div class="empty"><p>No mail{(Wanted(to) is { } who ? " to " + who : "")} yet.</p><p>Register an account or book a stay, then look here again.</p></div>
        """);

    static Markup Entries(List<MailSummary> mails, string? to, long? current) => Html.Each(mails, m => Html.Of($"""
        <li><a href="/sandbox/mailbox/{m.Id}{(Wanted(to) is { } who ? "?to=" + Uri.EscapeDataString(who) : "")}"{Page.Current(m.Id == current)}>
          <span class="who"><span>{m.Recipient}</span>{Page.When(m.ReceivedAt)}</span>
          <span class="what">{m.Subject}</span>
          <span class="small soft">{m.SenderName ?? m.Sender}{(m.Attachments > 0 ? $" · {m.Attachments} attached" : "")}</span>
        </a></li>
        """));

    static string Headers(ReceivedMail mail) => string.Join('\n', new[]
    {
        $"Message-ID: <{mail.MessageId}@sandbox>", $"Date: {mail.ReceivedAt.UtcDateTime:R}", $"From: {Person(mail.SenderName, mail.Sender)}", $"To: {Person(mail.RecipientName, mail.Recipient)}",
        $"Subject: {mail.Subject}", mail.ReplyTo is null ? "" : $"Reply-To: {mail.ReplyTo}", mail.Categories.Length == 0 ? "" : "X-SMTPAPI-Categories: " + string.Join(", ", mail.Categories),
    }.Concat(mail.Headers.Select(h => $"{h.Key}: {h.Value}")).Where(line => line.Length > 0));

    static string Person(string? name, string email) => name is null ? email : $"{name} <{email}>";

    static string? Wanted(string? to) => string.IsNullOrWhiteSpace(to) ? null : to.Trim();

    static Markup Carry(string? to) => Wanted(to) is { } who ? Html.Of($"&to={Uri.EscapeDataString(who)}") : Markup.Nothing;
}
