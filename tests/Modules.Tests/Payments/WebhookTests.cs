using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

public sealed class WebhookTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private string Secret => product.Product.Topology.Settings.Required("STRIPE_WEBHOOK_SECRET");

    private static string Sign(string body, string secret, DateTimeOffset at)
    {
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={seconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(seconds + "." + body)))}";
    }

    private async Task<HttpResponseMessage> SendAsync(string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/webhooks/stripe") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (signature is not null) request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        return await product.Api.SendAsync(request);
    }

    private Task<HttpResponseMessage> SendAsync(string body) => SendAsync(body, Sign(body, Secret, DateTimeOffset.UtcNow));

    private async Task<List<string>> EventsOfAsync(PaymentView payment)
    {
        var id = payment.ClientSecret!.Split("_secret_")[0];
        var events = await product.AskStripeAsync("/stripe/v1/events?limit=100");
        return [.. events.GetProperty("data").EnumerateArray().Where(e => e.GetProperty("data").GetProperty("object").GetProperty("id").GetString() == id).Select(e => e.GetRawText())];
    }

    private static string AboutIntent(string type, string eventId) => JsonSerializer.Serialize(new { id = eventId, type, data = new { @object = new { id = "pi_unknown", @object = "payment_intent", status = "succeeded" } } });

    [Fact]
    public async Task A_forged_or_missing_or_old_signature_is_refused()
    {
        var body = AboutIntent("payment_intent.succeeded", "evt_" + Guid.NewGuid().ToString("n"));
        await SendAsync(body, null).ShouldRefuseAsync(400, "webhook_signature_invalid");
        await SendAsync(body, "nonsense").ShouldRefuseAsync(400, "webhook_signature_invalid");
        await SendAsync(body, Sign(body, "whsec_of_somebody_else", DateTimeOffset.UtcNow)).ShouldRefuseAsync(400, "webhook_signature_invalid");
        await SendAsync(body, Sign(body + " ", Secret, DateTimeOffset.UtcNow)).ShouldRefuseAsync(400, "webhook_signature_invalid");
        await SendAsync(body, Sign(body, Secret, DateTimeOffset.UtcNow.AddSeconds(-310))).ShouldRefuseAsync(400, "webhook_signature_invalid");
        await SendAsync(body, Sign(body, Secret, DateTimeOffset.UtcNow.AddSeconds(-290))).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Of_several_signatures_one_that_fits_is_enough()
    {
        var body = AboutIntent("payment_intent.succeeded", "evt_" + Guid.NewGuid().ToString("n"));
        var signature = Sign(body, Secret, DateTimeOffset.UtcNow);
        await SendAsync(body, signature.Replace(",v1=", $",v1={new string('0', 64)},v0=abc,v1=", StringComparison.Ordinal)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Unknown_events_and_payments_are_left_alone()
    {
        await SendAsync(AboutIntent("payment_intent.succeeded", "evt_" + Guid.NewGuid().ToString("n"))).ShouldBeAsync(200);
        await SendAsync(AboutIntent("sigma.scheduled_query_run.created", "evt_" + Guid.NewGuid().ToString("n"))).ShouldBeAsync(200);
        await SendAsync("""{"id":"evt_1"}""").ShouldRefuseAsync(400, "invalid_json");
        await SendAsync("not json").ShouldRefuseAsync(400, "invalid_json");
    }

    [Fact]
    public async Task Events_that_come_twice_late_and_in_the_wrong_order_change_nothing_any_more()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        await held.ConfirmAsync(payment.Id, "pm_card_chargeDeclined").ShouldBeAsync(402);
        await held.ConfirmAsync(payment.Id, HeldBookings.GoodCard).ShouldBeAsync(200);
        await product.BecomesAsync(held, BookingStatus.Confirmed);

        var events = await EventsOfAsync(payment);
        events.Count.ShouldBeGreaterThanOrEqualTo(3); // created, payment_failed, succeeded
        foreach (var again in events.Concat(events)) await SendAsync(again).ShouldBeAsync(200);
        // The same facts under ids that were never seen: a provider that tells them anew.
        foreach (var again in events) await SendAsync(again.Replace("\"id\": \"evt_", "\"id\": \"evt_again", StringComparison.Ordinal)).ShouldBeAsync(200);

        (await held.ReadAsync(payment.Id)).Status.ShouldBe(PaymentStatus.Succeeded);
        (await held.Guest.Api.GetAsync("/api/v1/invoices").ReadAsync<Contracts.Page<InvoiceView>>()).Data.Count.ShouldBe(1);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task The_same_event_at_once_from_many_has_its_effect_once()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        await product.ConfirmInThePageAsync(payment, HeldBookings.GoodCard);
        var success = (await EventsOfAsync(payment)).Single(e => e.Contains("payment_intent.succeeded", StringComparison.Ordinal));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (int)(await SendAsync(success)).StatusCode));
        answers.ShouldAllBe(status => status == 200);
        await product.BecomesAsync(held, BookingStatus.Confirmed);
        (await held.Guest.Api.GetAsync("/api/v1/invoices").ReadAsync<Contracts.Page<InvoiceView>>()).Data.Count.ShouldBe(1);
        await product.LedgerAgreesAsync();
    }
}
