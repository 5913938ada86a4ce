using System.Text.Json.Nodes;
using EstoSpaces.Sandbox.Phone;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>The phone: SMS and push notifications as they would light up on it.</summary>
internal static class PhonePages
{
    public static void MapPhone(this RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("/phone", Show);
        sandbox.MapGet("/phone.json", ListAsJson);
    }

    static async Task<IResult> Show(HttpContext http, NpgsqlDataSource database, string? to)
    {
        var wanted = Wanted(to);
        var messages = await PhoneLog.List(database, wanted, null, 200, http.RequestAborted);
        var phones = messages.GroupBy(m => m.SentTo);
        return Page.Show(http, "Phone", "/sandbox/phone", Html.Of($"""
            <h1>Phone</h1>
            <p class="soft">Text messages and push notifications, newest first.</p>
            <form class="line" method="get" role="search">
              <div><label for="to">Number or device</label><input id="to" name="to" value="{to}" placeholder="any"></div>
              <button class="quiet">Show</button>
            </form>
            {(messages.Count == 0 ? Html.Of($"""<div class="empty"><p>Nothing has arrived{(wanted is null ? "" : " for " + wanted)} yet.</p><p>Turn on SMS or push in the notification preferences of an account.</p></div>""") : Markup.Nothing)}
            {Html.Each(phones, phone => Html.Of($"""<section class="phone"><h2>{Short(phone.Key)}</h2>{Html.Each(phone, Bubble)}</section>"""))}
            """));
    }

    static Markup Bubble(PhoneMessage m) => m.Kind == "sms"
        ? Html.Of($"""<div class="bubble">{m.Body}<span class="small">SMS from {m.SentFrom} · {Page.When(m.ReceivedAt)}</span></div>""")
        : Html.Of($"""<div class="bubble push"><b>{m.Title}</b>{m.Body}<span class="small">Push notification · {Page.When(m.ReceivedAt)}</span></div>""");

    static async Task<IResult> ListAsJson(HttpContext http, NpgsqlDataSource database, string? to, string? kind, int? limit)
    {
        var messages = await PhoneLog.List(database, Wanted(to), kind, Math.Clamp(limit ?? 50, 1, 500), http.RequestAborted);
        return Wires.Json(new
        {
            data = messages.Select(m => new { kind = m.Kind, id = m.Reference, to = m.SentTo, from = m.SentFrom, title = m.Title, body = m.Body, data = JsonNode.Parse(m.Data), received_at = m.ReceivedAt }),
        });
    }

    // A plus sign in a query that nobody escaped arrives as a blank.
    static string? Wanted(string? to) => string.IsNullOrWhiteSpace(to) ? null : to.StartsWith(' ') ? "+" + to.Trim() : to.Trim();

    static string Short(string target) => target.Length > 44 ? target[..20] + "…" + target[^12..] : target;
}
