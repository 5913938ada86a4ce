using System.Text.Json;
using System.Text.Json.Nodes;
using EstoSpaces.Sandbox.Stripe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>The card network's own view: payments, what happened to each, and which webhooks told of it.</summary>
internal static class CardPages
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapCards(this RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("/cards", ShowPayments);
        sandbox.MapGet("/cards/webhooks", ShowDeliveries);
        sandbox.MapGet("/cards/events/{id}", ShowEvent);
        sandbox.MapGet("/cards/{id}", ShowPayment);
    }

    static async Task<IResult> ShowPayments(HttpContext http, NpgsqlDataSource database)
    {
        var intents = await Documents(database, "select data::text from stripe_objects where kind = 'payment_intent' order by seq desc limit 100", null, http.RequestAborted);
        var charges = await Documents(database, "select data::text from stripe_objects where kind = 'charge' and data ->> 'payment_intent' = any($1)", intents.Select(i => i.Id()).ToArray(), http.RequestAborted);
        var byIntent = charges.ToLookup(c => c.Text("payment_intent"));
        return Page.Show(http, "Card network", "/sandbox/cards", Html.Of($"""
            <h1>Card network</h1>
            <p class="soft">Payments as the card network knows them. <a href="/sandbox/cards/webhooks">What was told to whom</a></p>
            {(intents.Count == 0 ? Html.Of($"""<div class="empty"><p>No payments yet.</p><p>Book a stay and pay with 4242 4242 4242 4242.</p></div>""") : Html.Of($"""
            <div class="scroll"><table>
              <thead><tr><th>Amount</th><th>Status</th><th>Refunded</th><th>Card</th><th>For</th><th>Started</th><th>Payment</th></tr></thead>
              <tbody>{Html.Each(intents, i => Row(i, [.. byIntent[i.Id()]]))}</tbody>
            </table></div>
            """))}
            """));
    }

    static Markup Row(JsonObject intent, List<JsonObject> charges)
    {
        var currency = intent.Text("currency")!;
        var latest = charges.Find(c => c.Id() == intent.Text("latest_charge"));
        var refunded = latest is not null && latest.Is("captured") ? latest.Whole("amount_refunded") : 0;
        var card = latest?.Part("payment_method_details")?.Part("card");
        return Html.Of($"""
            <tr>
              <td class="num"><a href="/sandbox/cards/{intent.Id()}">{Currencies.Format(intent.Whole("amount"), currency)}</a></td>
              <td>{Status(intent.Text("status")!)}</td>
              <td class="num">{(refunded == 0 ? "" : Currencies.Format(refunded, currency))}</td>
              <td class="num">{(card is null ? "" : $"{card.Text("brand")} {card.Text("last4")}")}</td>
              <td>{intent.Text("description")}</td>
              <td>{Page.When(Moment(intent))}</td>
              <td class="mono soft">{intent.Id()}</td>
            </tr>
            """);
    }

    static async Task<IResult> ShowPayment(HttpContext http, NpgsqlDataSource database, string id)
    {
        var ct = http.RequestAborted;
        var intent = (await Documents(database, "select data::text from stripe_objects where id = any($1) and kind = 'payment_intent'", [id], ct)).FirstOrDefault();
        if (intent is null) return Page.Show(http, "Payment", "/sandbox/cards", Html.Of($"""<h1>Payment</h1><div class="empty"><p>There is no payment {id}.</p></div>"""));
        var parts = await Documents(database, "select data::text from stripe_objects where kind in ('charge', 'refund') and data ->> 'payment_intent' = any($1) order by seq", [id], ct);
        var deliveries = await DeliveryRows.List(database, id, 200, ct);
        var currency = intent.Text("currency")!;
        var error = intent.Part("last_payment_error");
        return Page.Show(http, "Payment", "/sandbox/cards", Html.Of($"""
            <p class="small"><a href="/sandbox/cards">Card network</a></p>
            <h1 class="num">{Currencies.Format(intent.Whole("amount"), currency)} {Status(intent.Text("status")!)}</h1>
            <dl>
              <dt>Payment intent</dt><dd class="mono">{id}</dd>
              <dt>For</dt><dd>{intent.Text("description") ?? "–"}</dd>
              <dt>Made</dt><dd>{Page.When(Moment(intent))}</dd>
              {Html.Each(intent.Part("metadata") ?? [], m => Html.Of($"<dt>{m.Key}</dt><dd class=\"mono\">{m.Value}</dd>"))}
              {(error is null ? Markup.Nothing : Html.Of($"<dt>Last refusal</dt><dd>{error.Text("message")} <span class=\"soft\">{error.Text("decline_code") ?? error.Text("code")}</span></dd>"))}
            </dl>
            <h2>Charges and refunds</h2>
            {(parts.Count == 0 ? Html.Of($"""<div class="empty"><p>No card has been charged.</p></div>""") : Html.Of($"""
            <div class="scroll"><table><thead><tr><th>What</th><th class="right">Amount</th><th>Status</th><th>Card</th><th>When</th></tr></thead><tbody>{Html.Each(parts, p => Html.Of($"""
              <tr><td>{p.Text("object")}<br><span class="mono soft">{p.Id()}</span></td><td class="right num">{(p.Text("object") == "refund" ? "−" : "")}{Currencies.Format(p.Whole("amount"), currency)}</td>
              <td>{Status(p.Text("status")!)} <span class="soft">{p.Part("outcome")?.Text("seller_message") ?? p.Text("reason")}</span></td>
              <td class="num">{p.Part("payment_method_details")?.Part("card")?.Text("last4")}</td><td>{Page.When(Moment(p))}</td></tr>
              """))}</tbody></table></div>
            """))}
            <h2>Webhooks</h2>
            {Deliveries(deliveries, $"/sandbox/cards/{id}")}
            <h2>The object</h2>
            <pre>{intent.Shown().ToJsonString(Indented)}</pre>
            """));
    }

    static async Task<IResult> ShowDeliveries(HttpContext http, NpgsqlDataSource database)
    {
        var deliveries = await DeliveryRows.List(database, null, 200, http.RequestAborted);
        return Page.Show(http, "Webhooks", "/sandbox/cards", Html.Of($"""
            <p class="small"><a href="/sandbox/cards">Card network</a></p>
            <h1>Webhooks</h1>
            <p class="soft">Each event is sent until it is taken with a 2xx, with growing pauses, for three days.</p>
            {Deliveries(deliveries, "/sandbox/cards/webhooks")}
            """));
    }

    static async Task<IResult> ShowEvent(HttpContext http, NpgsqlDataSource database, string id)
    {
        var found = (await Documents(database, "select data::text from stripe_objects where id = any($1) and kind = 'event'", [id], http.RequestAborted)).FirstOrDefault();
        return Page.Show(http, "Event", "/sandbox/cards", found is null
            ? Html.Of($"""<h1>Event</h1><div class="empty"><p>There is no event {id}.</p></div>""")
            : Html.Of($"""<p class="small"><a href="/sandbox/cards/webhooks">Webhooks</a></p><h1>{found.Text("type")}</h1><pre>{found.ToJsonString(Indented)}</pre>"""));
    }

    static Markup Deliveries(List<DeliveryRow> rows, string back) => rows.Count == 0
        ? Html.Of($"""<div class="empty"><p>No webhooks yet.</p></div>""")
        : Html.Of($"""
            <div class="scroll"><table>
              <thead><tr><th>Event</th><th>State</th><th>Attempts</th><th>Last answer</th><th>To</th><th>When</th><th></th></tr></thead>
              <tbody>{Html.Each(rows, r => Html.Of($"""
                <tr>
                  <td><a href="/sandbox/cards/events/{r.EventId}">{r.Type}</a></td>
                  <td>{Status(r.State)}</td><td class="num">{r.Attempts}</td>
                  <td>{r.LastStatus} <span class="soft">{Short(r.LastAnswer)}</span></td><td class="mono">{r.Url}</td><td>{Page.When(r.DeliveredAt ?? r.DueAt)}</td>
                  <td><form method="post" action="/sandbox/stripe/deliveries/{r.Id}/resend"><input type="hidden" name="back" value="{back}"><button class="quiet small">Resend</button></form></td>
                </tr>
                """))}</tbody>
            </table></div>
            """);

    static Markup Status(string status) => Html.Of($"""<span class="chip {status switch
    {
        "succeeded" or "delivered" => "good",
        "failed" or "dropped" or "canceled" => "bad",
        "requires_action" or "requires_capture" or "pending" or "held" or "processing" => "wait",
        _ => "",
    }}">{status.Replace('_', ' ')}</span>""");

    static DateTimeOffset Moment(JsonObject document) => DateTimeOffset.FromUnixTimeSeconds(document.Whole("created"));

    static string? Short(string? text) => text is { Length: > 80 } ? text[..80] + "…" : text;

    static async Task<List<JsonObject>> Documents(NpgsqlDataSource database, string sql, string[]? ids, CancellationToken ct)
    {
        await using var command = database.CreateCommand(sql);
        if (ids is not null) command.Parameters.Add(new() { Value = ids });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<JsonObject>();
        while (await reader.ReadAsync(ct)) found.Add((JsonObject)JsonNode.Parse(reader.GetString(0))!);
        return found;
    }
}
