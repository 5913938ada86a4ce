using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Payments.Stripe;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

public sealed class PayingTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    [Fact]
    public async Task A_started_payment_is_over_the_quote_and_carries_what_the_form_needs()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        payment.Amount.ShouldBe(new Money(103_101, "EUR"));
        payment.Status.ShouldBe(PaymentStatus.RequiresPaymentMethod);
        payment.Provider.ShouldBe("stripe");
        payment.ClientSecret.ShouldNotBeNullOrEmpty();
        payment.PublishableKey.ShouldNotBeNull().ShouldStartWith("pk_");
        payment.ScriptUrl.ShouldNotBeNullOrEmpty();

        var intent = await product.AskStripeAsync($"/stripe/v1/payment_intents/{payment.ClientSecret!.Split("_secret_")[0]}");
        intent.GetProperty("amount").GetInt64().ShouldBe(103_101);
        intent.GetProperty("currency").GetString().ShouldBe("eur");
        intent.GetProperty("metadata").GetProperty("booking_id").GetString().ShouldBe(held.Id.ToString());
        intent.GetProperty("metadata").GetProperty("payment_id").GetString().ShouldBe(payment.Id.ToString());
        intent.GetProperty("metadata").GetProperty("quote_hash").GetString().ShouldBe(held.Quote.Hash);
    }

    [Fact]
    public async Task A_good_card_confirms_the_booking_and_issues_the_invoice()
    {
        var (held, payment) = await product.WithPaidBookingAsync();
        var paid = await held.ReadAsync(payment.Id);
        (paid.Status, paid.ClientSecret).ShouldBe((PaymentStatus.Succeeded, null));

        var invoice = (await held.Guest.Api.GetAsync("/api/v1/invoices").ReadAsync<Page<InvoiceView>>()).Data.ShouldHaveSingleItem();
        (invoice.Kind, invoice.Total, invoice.PaymentId, invoice.BookingReference).ShouldBe(("invoice", new Money(103_101, "EUR"), payment.Id, held.Booking.Reference));
        invoice.Number.ShouldMatch(@"^INV-\d{4}-\d{6}$");
        invoice.Lines.Sum(l => l.AmountMinor).ShouldBe(103_101);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_form_in_the_page_confirms_by_the_webhook_alone()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        await product.ConfirmInThePageAsync(payment, HeldBookings.GoodCard);
        await product.BecomesAsync(held, BookingStatus.Confirmed);
        (await held.ConfirmAsync(payment.Id).ReadAsync<PaymentView>()).Status.ShouldBe(PaymentStatus.Succeeded);
        (await held.Guest.Api.PostAsync($"/api/v1/payments/{payment.Id}/confirm", content: null).ReadAsync<PaymentView>()).Status.ShouldBe(PaymentStatus.Succeeded);
    }

    [Fact]
    public async Task A_declined_card_moves_nothing_and_another_pays_the_same_payment()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        var declined = await held.ConfirmAsync(payment.Id, "pm_card_chargeDeclined").ShouldRefuseAsync(402, "payment_declined", "card_declined");
        declined.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("declined");
        var open = await held.ReadAsync(payment.Id);
        (open.Status, open.FailureCode).ShouldBe((PaymentStatus.RequiresPaymentMethod, "card_declined"));

        (await held.ConfirmAsync(payment.Id, HeldBookings.GoodCard).ReadAsync<PaymentView>()).Status.ShouldBe(PaymentStatus.Succeeded);
        await product.BecomesAsync(held, BookingStatus.Confirmed);
        (await product.ChargesAsync(payment)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds")]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "expired_card")]
    [InlineData("pm_card_visa_chargeDeclinedLostCard", "lost_card")]
    [InlineData("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc")]
    public async Task A_decline_names_its_reason(string card, string code)
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        await held.ConfirmAsync(payment.Id, card).ShouldRefuseAsync(402, "payment_declined", code);
    }

    [Fact]
    public async Task A_card_that_is_none_is_refused()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        await held.ConfirmAsync(payment.Id, "pm_card_of_nobody").ShouldRefuseAsync(400, "payment_method_invalid", "payment_method");
    }

    [Theory]
    [InlineData("complete", PaymentStatus.Succeeded)]
    [InlineData("fail", PaymentStatus.RequiresPaymentMethod)]
    public async Task A_bank_that_asks_its_customer_decides_by_his_answer(string outcome, PaymentStatus status)
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        var asked = await held.ConfirmAsync(payment.Id, "pm_card_threeDSecure2Required").ReadAsync<PaymentView>();
        asked.Status.ShouldBe(PaymentStatus.RequiresAction);
        var bank = new Uri(asked.RedirectUrl.ShouldNotBeNull());
        using var browser = product.ClientOf("sandbox");
        using var answer = new FormUrlEncodedContent(new Dictionary<string, string> { ["attempt"] = bank.Query.Split("attempt=")[1], ["outcome"] = outcome });
        ((int)(await browser.PostAsync(bank.PathAndQuery, answer)).StatusCode).ShouldBe(302);

        var after = await held.BecomesAsync(payment.Id, status);
        if (status is PaymentStatus.Succeeded) await product.BecomesAsync(held, BookingStatus.Confirmed);
        else after.FailureCode.ShouldBe("payment_intent_authentication_failure");
    }

    [Fact]
    public async Task Starting_again_answers_the_same_payment()
    {
        var held = await product.WithHeldBookingAsync();
        var first = await held.StartAsync();
        var second = await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id }).ReadAsync<PaymentView>();
        (second.Id, second.ClientSecret).ShouldBe((first.Id, first.ClientSecret));
    }

    [Fact]
    public async Task Two_tabs_that_pay_at_once_charge_once()
    {
        var held = await product.WithHeldBookingAsync();
        var started = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            var response = await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id, method = "card" });
            return await Task.FromResult(response).ReadAsync<PaymentView>((int)response.StatusCode);
        }));
        var payment = started.DistinctBy(p => p.Id).ShouldHaveSingleItem();
        started.ShouldAllBe(p => p.ClientSecret == payment.ClientSecret);
        var confirmed = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => held.ConfirmAsync(payment.Id, HeldBookings.GoodCard).ReadAsync<PaymentView>()));
        confirmed.ShouldAllBe(p => p.Status == PaymentStatus.Succeeded);
        (await product.ChargesAsync(payment)).Count.ShouldBe(1);
        (await held.Guest.Api.GetAsync("/api/v1/invoices").ReadAsync<Page<InvoiceView>>()).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_same_idempotency_key_gives_the_first_answer_again()
    {
        var held = await product.WithHeldBookingAsync();
        var key = Guid.NewGuid().ToString();
        var first = await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id, method = "card" }, key).ReadAsync<PaymentView>(201);
        var again = await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id, method = "card" }, key).ReadAsync<PaymentView>(201);
        again.Id.ShouldBe(first.Id);
        await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id }, key).ShouldRefuseAsync(409, "idempotency_key_reused");
    }

    [Fact]
    public async Task Nobody_else_finds_the_booking_or_its_payment()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        var stranger = await product.NewGuestAsync();
        await stranger.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id }).ShouldRefuseAsync(404, "booking_not_found");
        await held.Host.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id }).ShouldRefuseAsync(404, "booking_not_found");
        await stranger.Api.GetAsync($"/api/v1/payments/{payment.Id}").ShouldRefuseAsync(404, "payment_not_found");
        await stranger.Api.PostAsync($"/api/v1/payments/{payment.Id}/confirm", new { payment_method = HeldBookings.GoodCard }).ShouldRefuseAsync(404, "payment_not_found");
        await held.Host.Api.PostAsync($"/api/v1/payments/{payment.Id}/confirm", new { payment_method = HeldBookings.GoodCard }).ShouldRefuseAsync(404, "payment_not_found");
        await stranger.Api.PostAsync($"/api/v1/payments/{payment.Id}/checkout-session", new { }).ShouldRefuseAsync(404, "payment_not_found");
        await stranger.Api.PostAsync($"/api/v1/payments/{payment.Id}/refund", new { reason = "mine" }).ShouldRefuseAsync(403, "not_allowed");
        await product.Api.GetAsync($"/api/v1/payments/{payment.Id}").ShouldRefuseAsync(401, "authentication_required");
        (await stranger.Api.GetAsync("/api/v1/payments").ReadAsync<Page<PaymentView>>()).Data.ShouldBeEmpty();

        var seen = await held.Host.Api.GetAsync($"/api/v1/payments/{payment.Id}").ReadAsync<PaymentView>();
        (seen.ClientSecret, seen.PublishableKey).ShouldBe((null, null));
    }

    [Fact]
    public async Task A_paid_booking_answers_its_payment_and_is_not_paid_twice()
    {
        var (held, payment) = await product.WithPaidBookingAsync();
        var again = await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id, method = "card" }).ReadAsync<PaymentView>();
        (again.Id, again.Status).ShouldBe((payment.Id, PaymentStatus.Succeeded));
        (await held.ConfirmAsync(payment.Id, HeldBookings.GoodCard).ReadAsync<PaymentView>()).Status.ShouldBe(PaymentStatus.Succeeded);
        (await product.ChargesAsync(payment)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("EUR", 103_101, 103_101)]
    [InlineData("JPY", 15_000, 15_000)]
    [InlineData("ISK", 15_000, 1_500_000)] // counted with two decimals by Stripe, though it has none
    public void Amounts_are_counted_as_stripe_counts_them(string currency, long ours, long theirs)
    {
        StripeAmounts.ToStripe(new Money(ours, currency)).ShouldBe(theirs);
        StripeAmounts.FromStripe(theirs, currency).ShouldBe(ours);
    }

    [Fact]
    public async Task Other_ways_of_paying_are_refused()
    {
        var held = await product.WithHeldBookingAsync();
        await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id, method = "gold" }).ShouldRefuseAsync(400, "payment_method_unavailable", "method");
        await held.Guest.Api.PostAsync("/api/v1/payments", new { method = "card" }).ShouldRefuseAsync(400, "field_required", "booking_id");
        await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = BookingId.New() }).ShouldRefuseAsync(404, "booking_not_found");
    }

    [Fact]
    public async Task Without_a_chain_wallets_can_t_pay_and_cards_can()
    {
        await using var offline = await TestProduct.StartAsync(("EMBEDDED_CHAIN", "off"));
        var held = await offline.WithHeldBookingAsync();
        await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id, method = "eth", wallet = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8" }).ShouldRefuseAsync(400, "payment_method_unavailable", "method");
        (await held.Guest.Api.GetAsync($"/api/v1/payments/ways?booking_id={held.Id}").ReadAsync<PaymentWays>()).ShouldBe(new PaymentWays(true, false, "payment_method_unavailable"));
        await held.ConfirmAsync((await held.StartAsync()).Id, HeldBookings.GoodCard).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_page_of_the_providers_takes_the_payment_and_closes_the_form()
    {
        var held = await product.WithHeldBookingAsync();
        var form = await held.StartAsync();
        var page = await held.Guest.Api.PostAsync($"/api/v1/payments/{form.Id}/checkout-session", new { }).ReadAsync<PaymentView>();
        page.Status.ShouldBe(PaymentStatus.RequiresPaymentMethod);
        var address = new Uri(page.RedirectUrl.ShouldNotBeNull());
        (await product.ConfirmInThePageAsync(form, HeldBookings.GoodCard, status: 400)).GetProperty("error").GetProperty("code").GetString().ShouldBe("payment_intent_unexpected_state");

        using var browser = product.ClientOf("sandbox");
        using var card = new FormUrlEncodedContent(new Dictionary<string, string> { ["email"] = held.Guest.Email, ["number"] = "4242424242424242", ["expiry"] = "12/34", ["cvc"] = "123", ["name"] = "A Guest" });
        ((int)(await browser.PostAsync(address.PathAndQuery, card)).StatusCode).ShouldBe(302);
        await held.BecomesAsync(form.Id, PaymentStatus.Succeeded);
        await product.BecomesAsync(held, BookingStatus.Confirmed);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task Going_back_from_the_providers_page_to_the_form_closes_the_page()
    {
        var held = await product.WithHeldBookingAsync();
        var form = await held.StartAsync();
        var page = await held.Guest.Api.PostAsync($"/api/v1/payments/{form.Id}/checkout-session", new { }).ReadAsync<PaymentView>();
        var back = await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id }).ReadAsync<PaymentView>();
        back.Id.ShouldBe(form.Id);
        back.ClientSecret.ShouldNotBeNull().ShouldNotBe(form.ClientSecret);
        using var browser = product.ClientOf("sandbox");
        ((int)(await browser.GetAsync(new Uri(page.RedirectUrl!).PathAndQuery)).StatusCode).ShouldBe(410);
        (await held.ConfirmAsync(form.Id, HeldBookings.GoodCard).ReadAsync<PaymentView>()).Status.ShouldBe(PaymentStatus.Succeeded);
    }

    [Fact]
    public async Task Invoices_are_pages_and_pdfs_for_their_guest_only()
    {
        var (held, _) = await product.WithPaidBookingAsync();
        var invoice = (await held.Guest.Api.GetAsync($"/api/v1/invoices?booking_id={held.Id}").ReadAsync<Page<InvoiceView>>()).Data.ShouldHaveSingleItem();
        (await held.Guest.Api.GetAsync($"/api/v1/invoices/{invoice.Id}").ReadAsync<InvoiceView>()).Number.ShouldBe(invoice.Number);
        var page = await held.Guest.Api.GetStringAsync($"/api/v1/invoices/{invoice.Id}.html");
        page.ShouldContain("1,031.01 EUR");
        page.ShouldContain(invoice.Number);
        (await held.Guest.Api.GetStringAsync($"/api/v1/invoices/{invoice.Id}.html?lang=fr")).ShouldContain("Facture");
        var pdf = await held.Guest.Api.GetByteArrayAsync($"/api/v1/invoices/{invoice.Id}.pdf");
        pdf.AsSpan(0, 5).SequenceEqual("%PDF-"u8).ShouldBeTrue();
        await (await product.NewGuestAsync()).Api.GetAsync($"/api/v1/invoices/{invoice.Id}").ShouldRefuseAsync(404, "invoice_not_found");
        await held.Guest.Api.GetAsync("/api/v1/invoices/nonsense.doc").ShouldRefuseAsync(404, "invoice_not_found");
    }
}
