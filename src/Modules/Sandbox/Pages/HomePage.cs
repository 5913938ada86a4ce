using EstoSpaces.Sandbox.Stripe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>The front door: what arrived, which addresses and keys to use, which cards to try.</summary>
internal static class HomePage
{
    static readonly (string Number, string What)[] Cards =
    [
        ("4242 4242 4242 4242", "Pays"),
        ("5555 5555 5555 4444", "Pays, Mastercard"),
        ("4000 0025 0000 3155", "Asks for 3-D Secure, then pays"),
        ("4000 0000 0000 3220", "Asks for 3-D Secure every time, then pays"),
        ("4000 0084 0000 1629", "Asks for 3-D Secure, then is declined"),
        ("4000 0000 0000 0002", "Declined"),
        ("4000 0000 0000 9995", "Declined: insufficient funds"),
        ("4000 0000 0000 0069", "Declined: expired card"),
        ("4000 0000 0000 0127", "Declined: wrong security code"),
        ("4000 0000 0000 0119", "Processing error"),
        ("4000 0000 0000 0341", "Can be saved, then is declined"),
        ("4000 0000 0000 7726", "Pays; its refunds stay pending for a moment"),
    ];

    public static void MapHome(this RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("", Show);
        sandbox.MapGet("/sandbox.css", Assets.Serve("text/css", "house.css", "sandbox.css"));
    }

    static async Task<IResult> Show(HttpContext http, NpgsqlDataSource database, StripeDoor door)
    {
        await using var command = database.CreateCommand(
            """
            select (select count(*) from mails), (select count(*) from phone_messages), (select count(*) from stripe_objects where kind = 'payment_intent'),
                (select count(*) from stripe_deliveries where state in ('pending', 'held'))
            """);
        await using var reader = await command.ExecuteReaderAsync(http.RequestAborted);
        await reader.ReadAsync(http.RequestAborted);
        var here = door.PublicUrl(http.Request);
        return Page.Show(http, "Overview", "/sandbox", Html.Of($"""
            <h1>Everything the product sends, kept here</h1>
            <p class="soft">The sandbox stands in for the card network, the mail service, SMS and push. It speaks their own protocols, so the product talks to it as it will talk to them.</p>
            <div class="grid">
              <a class="card" href="/sandbox/mailbox"><b>Mailbox</b><span class="big">{reader.GetInt64(0)}</span> <span class="soft">received</span></a>
              <a class="card" href="/sandbox/phone"><b>Phone</b><span class="big">{reader.GetInt64(1)}</span> <span class="soft">SMS and push</span></a>
              <a class="card" href="/sandbox/cards"><b>Card network</b><span class="big">{reader.GetInt64(2)}</span> <span class="soft">started</span></a>
              <a class="card" href="/sandbox/cards/webhooks"><b>Webhooks</b><span class="big">{reader.GetInt64(3)}</span> <span class="soft">waiting</span></a>
            </div>
            <h2>Cards to try</h2>
            <p class="soft">Any future date, any three digits, any name.</p>
            <div class="scroll"><table><thead><tr><th>Number</th><th>What happens</th></tr></thead>
              <tbody>{Html.Each(Cards, c => Html.Of($"""<tr><td class="mono num">{c.Number}</td><td>{c.What}</td></tr>"""))}</tbody></table></div>
            <h2>Addresses and keys</h2>
            <div class="scroll"><table><tbody>
              {Row("Stripe", here + "/stripe", $"{SandboxSettings.SecretKey}, {SandboxSettings.PublishableKey}; any sk_test_… and pk_test_… will do")}
              {Row("Stripe.js", here + "/stripe/v3/", "")}
              {Row("SendGrid", here + "/sendgrid", "any key that begins with SG.")}
              {Row("Twilio", here + "/twilio", "any account AC…, any token")}
              {Row("Firebase", here + "/fcm", "service account at " + here + "/fcm/service-account.json")}
            </tbody></table></div>
            """));
    }

    static Markup Row(string name, string address, string keys) => Html.Of($"""<tr><td>{name}</td><td><code>{address}</code></td><td class="soft">{keys}</td></tr>""");
}
