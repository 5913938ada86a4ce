using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>What becomes of money as time goes by and vendors fail: a product of its own, whose clock only moves forward.</summary>
public sealed class MoneyOverTimeTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private readonly TestProduct product = fixture.Product;

    private void MoveTo(DateTimeOffset when) => product.Clock.SetOffset(product.Clock.Offset + (when - product.Now));

    private async Task RulesAsync(object rules)
    {
        using var sandbox = product.ClientOf("sandbox");
        await sandbox.PostAsync("/sandbox/stripe/webhooks", rules).ShouldBeAsync(200);
    }

    private async Task<(string Status, long Amount, string Reason)> PayoutAsync(HeldBooking held)
    {
        var payouts = (await held.Host.Api.GetAsync("/api/v1/payouts").ReadAsync()).GetProperty("data");
        if (payouts.GetArrayLength() == 0) return ("none", 0, "");
        var payout = payouts[0];
        return (payout.GetProperty("status").GetString()!, payout.GetProperty("amount").GetProperty("amount").GetInt64(), payout.GetProperty("reason").GetString()!);
    }

    /// <summary>What the ledger holds of one booking, account by account. Other bookings of this product live through the same days.</summary>
    private async Task<Dictionary<string, long>> BooksOfAsync(HeldBooking held) => (await product.Inside<NpgsqlDataSource>("payments").QueryAsync("""
        select split_part(account, ':' || $2::text, 1), sum(amount_minor)::bigint from ledger_entries e join ledger_transactions t on t.id = e.transaction_id where t.booking_id = $1 group by 1 having sum(amount_minor) <> 0
        """, [held.Id.Value, held.Host.Id.ToString()], row => (Account: row.GetString(0), Amount: row.GetInt64(1)), CancellationToken.None)).ToDictionary(b => b.Account, b => b.Amount);

    [Fact]
    public async Task The_worked_example_cancelled_ten_days_before_gives_471_65_back_to_the_cent()
    {
        var (held, payment) = await product.WithPaidBookingAsync(CancellationPolicy.Firm);
        MoveTo(held.Quote.CheckInAt.AddDays(-10));
        var preview = await held.Guest.Api.GetAsync($"/api/v1/bookings/{held.Id}/cancellation").ReadAsync<CancellationPreview>();
        preview.Refund.ShouldBe(new Money(471_65, "EUR"));
        await held.Guest.Api.PostAsync($"/api/v1/bookings/{held.Id}/cancel", new { }).ShouldBeAsync(200);

        var after = await held.BecomesAsync(payment.Id, PaymentStatus.PartiallyRefunded);
        after.Refunded.ShouldBe(new Money(471_65, "EUR"));
        (await product.ChargesAsync(payment)).Single().GetProperty("amount_refunded").GetInt64().ShouldBe(471_65);
        // The host keeps 437.00 less 3 %; the platform its fee of 122.36 and 13.11 of the host's.
        (await PayoutAsync(held)).ShouldBe(("due", 423_89, "cancellation_terms"));
        (await BooksOfAsync(held)).ShouldBe(new Dictionary<string, long>
        {
            ["clearing:stripe"] = 1_031_01 - 471_65, ["host_payable"] = -423_89, ["revenue:guest_fees"] = -122_36, ["revenue:host_fees"] = -13_11,
        }, ignoreOrder: true);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_stay_that_is_over_pays_its_host_after_the_dispute_window()
    {
        var (held, _) = await product.WithPaidBookingAsync();
        await Until.HoldsAsync(async () => (await PayoutAsync(held)).Status == "pending", "the payout waits");
        MoveTo(held.Quote.CheckOutAt.AddHours(3));
        await product.BecomesAsync(held, BookingStatus.Completed);
        await Until.HoldsAsync(() => PayoutAsync(held), p => p == ("pending", 847_78, "dispute_window"), "the payout waits for the end of the dispute window");
        MoveTo(held.Quote.CheckOutAt.AddHours(49));
        await Until.HoldsAsync(() => PayoutAsync(held), p => p == ("due", 847_78, "stay_completed"), "the payout is due");
        (await BooksOfAsync(held)).ShouldBe(new Dictionary<string, long>
        {
            ["clearing:stripe"] = 1_031_01, ["host_payable"] = -847_78, ["revenue:guest_fees"] = -122_36, ["revenue:host_fees"] = -26_22, ["tax_payable"] = -34_65,
        }, ignoreOrder: true);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_host_who_cancels_gives_everything_back_and_owes_a_fee()
    {
        var (held, payment) = await product.WithPaidBookingAsync();
        var fee = Refund.HostCancelFee(held.Quote, product.Now);
        await held.Host.Api.PostAsync($"/api/v1/bookings/{held.Id}/cancel", new { }).ShouldBeAsync(200);
        (await held.BecomesAsync(payment.Id, PaymentStatus.Refunded)).Refunded.AmountMinor.ShouldBe(1_031_01);
        (await PayoutAsync(held)).ShouldBe(("cancelled", 0, "cancelled_by_host"));
        var totals = (await held.Host.Api.GetAsync("/api/v1/payouts").ReadAsync()).GetProperty("totals")[0];
        totals.GetProperty("balance").GetProperty("amount").GetInt64().ShouldBe(-fee);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_hold_that_lapses_closes_what_is_open_at_the_provider()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        MoveTo(product.Now.AddMinutes(16));
        await held.BecomesAsync(payment.Id, PaymentStatus.Cancelled);
        (await product.ConfirmInThePageAsync(payment, HeldBookings.GoodCard, 400)).GetProperty("error").GetProperty("code").GetString().ShouldBe("payment_intent_unexpected_state");
        await held.ConfirmAsync(payment.Id, HeldBookings.GoodCard).ShouldRefuseAsync(409, "payment_cancelled");
        await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id }).ShouldRefuseAsync(409, "booking_hold_expired");
    }

    [Fact]
    public async Task Money_that_comes_for_nights_that_are_gone_goes_back_by_itself()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        // The provider's word is held up and it can't be asked, so that the hold lapses over money that is in already, and somebody else takes the nights.
        await RulesAsync(new { hold = true });
        await product.ConfirmInThePageAsync(payment, HeldBookings.GoodCard);
        await RulesAsync(new { fail_requests = 1000 });
        MoveTo(product.Now.AddMinutes(17));
        var other = await Until.HoldsAsync(async () =>
        {
            try { return await product.HoldAsync(await product.NewGuestAsync(), held.Host, home: held.Quote.PropertyId); }
            catch (ShouldAssertException) { return null; }
        }, b => b is not null, "the nights are free again");
        await RulesAsync(new { fail_requests = 0 });
        using var sandbox = product.ClientOf("sandbox");
        await sandbox.PostAsync("/sandbox/stripe/webhooks/release", new { order = "shuffled" }).ShouldBeAsync(200);

        var back = await held.BecomesAsync(payment.Id, PaymentStatus.Refunded);
        back.Refunded.AmountMinor.ShouldBe(1_031_01);
        (await product.ChargesAsync(payment)).Single().GetProperty("refunded").GetBoolean().ShouldBeTrue();
        other.ShouldNotBeNull();
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_webhook_that_never_comes_is_made_up_for()
    {
        var held = await product.WithHeldBookingAsync();
        var payment = await held.StartAsync();
        await RulesAsync(new { drop_next = 50 });
        await product.ConfirmInThePageAsync(payment, HeldBookings.GoodCard);
        await RulesAsync(new { drop_next = 0 });
        MoveTo(product.Now.AddSeconds(70));
        await product.BecomesAsync(held, BookingStatus.Confirmed);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task Answers_that_are_lost_and_requests_that_fail_charge_and_refund_once()
    {
        var held = await product.WithHeldBookingAsync();
        await RulesAsync(new { lose_answers = 1 });
        var payment = await held.StartAsync();
        await RulesAsync(new { lose_answers = 1 });
        (await held.ConfirmAsync(payment.Id, HeldBookings.GoodCard).ReadAsync<PaymentView>()).Status.ShouldBe(PaymentStatus.Succeeded);
        (await product.ChargesAsync(payment)).Count.ShouldBe(1);
        await product.BecomesAsync(held, BookingStatus.Confirmed);

        await RulesAsync(new { lose_answers = 1, fail_requests = 1 });
        await held.Host.Api.PostAsync($"/api/v1/bookings/{held.Id}/cancel", new { }).ShouldBeAsync(200);
        await held.BecomesAsync(payment.Id, PaymentStatus.Refunded);
        (await product.AskStripeAsync($"/stripe/v1/refunds?payment_intent={payment.ClientSecret!.Split("_secret_")[0]}")).GetProperty("data").GetArrayLength().ShouldBe(1);
        await product.LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_provider_that_is_away_answers_503_and_the_payment_can_be_started_later()
    {
        var held = await product.WithHeldBookingAsync();
        await RulesAsync(new { fail_requests = 3 });
        await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id }).ShouldRefuseAsync(503, "temporarily_unavailable");
        var payment = await held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id }).ReadAsync<PaymentView>();
        (await held.ConfirmAsync(payment.Id, HeldBookings.GoodCard).ReadAsync<PaymentView>()).Status.ShouldBe(PaymentStatus.Succeeded);
    }
}
