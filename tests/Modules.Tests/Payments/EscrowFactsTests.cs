using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>Whatever the chain says of an escrow, in whatever order: payment, refunds, payout, ledger and booking follow it, once.</summary>
public sealed class EscrowFactsTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private readonly TestProduct product = fixture.Product;

    private void MoveTo(DateTimeOffset when) => product.Clock.SetOffset(product.Clock.Offset + (when - product.Now));

    private Task<BookingView> SeenByGuestAsync(HeldBooking held) => held.Guest.Api.GetAsync($"/api/v1/bookings/{held.Id}").ReadAsync<BookingView>();

    private static DateTimeOffset Second(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    private async Task<List<string>> DifferencesAsync(EscrowedBooking of)
    {
        using var service = product.ServiceClientOf("payments");
        var check = await service.GetAsync("/internal/ledger/check").ReadAsync();
        return [.. check.GetProperty("differences").EnumerateArray().Select(d => d.GetString()!).Where(d => d.Contains(of.Payment.ToString(), StringComparison.Ordinal) || d.Contains(of.Held.Id.ToString(), StringComparison.Ordinal))];
    }

    [Fact]
    public async Task A_deposit_is_processing_when_seen_awaited_when_gone_and_succeeded_once_when_it_is_deep()
    {
        var escrow = await product.WithEscrowAsync();
        var (held, end) = (escrow.Held, escrow.Held.Booking.ExpiresAt!.Value);
        await escrow.SeenAsync(Second(product.Now));
        (await held.ReadAsync(escrow.Payment)).Status.ShouldBe(PaymentStatus.Processing);
        await Until.HoldsAsync(async () => (await SeenByGuestAsync(held)).ExpiresAt > end, "the hold waits for the deposit", 60);
        var prolonged = (await SeenByGuestAsync(held)).ExpiresAt;

        await escrow.GoneAsync();
        (await held.ReadAsync(escrow.Payment)).Status.ShouldBe(PaymentStatus.RequiresPaymentMethod);
        await escrow.SeenAsync(Second(product.Now));
        (await held.ReadAsync(escrow.Payment)).Status.ShouldBe(PaymentStatus.Processing);

        var funded = Second(product.Now).AddSeconds(-30);
        await escrow.ConfirmedAsync(funded);
        await escrow.ConfirmedAsync(funded);
        var paid = await held.ReadAsync(escrow.Payment);
        (paid.Status, paid.Provider, paid.Method).ShouldBe((PaymentStatus.Succeeded, "ethereum", PaymentMethod.Eth));
        await product.BecomesAsync(held, BookingStatus.Confirmed);
        var booking = await SeenByGuestAsync(held);
        booking.ConfirmedAt.ShouldBe(funded);
        prolonged!.Value.ShouldBeLessThan(product.Now.AddMinutes(31));
        (await escrow.BooksAsync()).ShouldBe(new Dictionary<string, long> { ["clearing:ethereum"] = 1_031_01, ["guest_funds_held"] = -1_031_01 }, ignoreOrder: true);
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancellation_here_is_paid_when_the_contract_says_so_and_the_host_when_it_is_released()
    {
        var escrow = await product.WithFundedEscrowAsync();
        var held = escrow.Held;
        MoveTo(held.Quote.CheckInAt.AddDays(-10));
        await held.Guest.Api.PostAsync($"/api/v1/bookings/{held.Id}/cancel", new { }).ShouldBeAsync(200);
        await Until.HoldsAsync(() => escrow.PayoutAsync(), p => p == ("pending", 423_89, "cancellation_terms"), "the host's part waits in escrow", 60);
        (await held.ReadAsync(escrow.Payment)).Status.ShouldBe(PaymentStatus.Succeeded);

        await escrow.CancelledAsync("operator", Second(product.Now), 471_65);
        var after = await held.BecomesAsync(escrow.Payment, PaymentStatus.PartiallyRefunded);
        (after.Refunded.AmountMinor, after.Refunds.Count).ShouldBe((471_65, 1));
        after.Refunds[0].TxHash.ShouldNotBeNull();
        (await escrow.BooksAsync())["clearing:ethereum"].ShouldBe(1_031_01 - 471_65);

        await escrow.SettledAsync(EscrowEnd.Released, held.Quote.CheckOutAt.AddHours(48), 0, 423_89, 135_47);
        (await escrow.PayoutAsync()).ShouldBe(("paid", 423_89, "cancellation_terms"));
        (await escrow.BooksAsync()).ShouldBe(new Dictionary<string, long> { ["treasury:ethereum"] = 135_47, ["revenue:guest_fees"] = -122_36, ["revenue:host_fees"] = -13_11 }, ignoreOrder: true);
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_guest_who_cancels_at_the_contract_has_cancelled_here_with_the_same_money()
    {
        var escrow = await product.WithFundedEscrowAsync();
        var held = escrow.Held;
        MoveTo(held.Quote.CheckInAt.AddDays(-10));
        var at = Second(product.Now);
        await escrow.CancelledAsync("guest", at, 471_65, 0);
        await escrow.SettledAsync(EscrowEnd.CancelledByGuest, at, 0, 423_89, 135_47);
        await product.BecomesAsync(held, BookingStatus.CancelledByGuest);
        var booking = await SeenByGuestAsync(held);
        (booking.CancelledAt, booking.Refund).ShouldBe((at, new Money(471_65, "EUR")));
        await Until.HoldsAsync(() => escrow.PayoutAsync(), p => p == ("paid", 423_89, "cancelled_by_guest"), "the host is paid", 60);
        var refund = (await held.ReadAsync(escrow.Payment)).Refunds.ShouldHaveSingleItem();
        (refund.Status, refund.Amount.AmountMinor, refund.Reason).ShouldBe(("succeeded", 471_65, "cancelled_by_guest"));
        (await escrow.BooksAsync()).ShouldBe(new Dictionary<string, long> { ["treasury:ethereum"] = 135_47, ["revenue:guest_fees"] = -122_36, ["revenue:host_fees"] = -13_11 }, ignoreOrder: true);
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
        var papers = (await held.Guest.Api.GetAsync("/api/v1/invoices").ReadAsync<Page<InvoiceView>>()).Data;
        papers.Select(p => (p.Kind, p.Total.AmountMinor)).ShouldBe([("credit_note", -471_65), ("invoice", 1_031_01)]);
    }

    /// <summary>As a development chain does that has lost a confirmed deposit: whatever the terms say by then, the guest's wallet has all of it again.</summary>
    [Fact]
    public async Task A_guest_who_has_everything_back_against_the_terms_is_cancelled_and_the_books_follow()
    {
        var escrow = await product.WithFundedEscrowAsync();
        var held = escrow.Held;
        MoveTo(held.Quote.CheckInAt.AddDays(-10));
        var at = Second(product.Now);
        await escrow.CancelledAsync("guest", at, 1_031_01, 0);
        await escrow.SettledAsync(EscrowEnd.CancelledByGuest, at, 0, 0, 0);
        await product.BecomesAsync(held, BookingStatus.CancelledByGuest);
        (await held.BecomesAsync(escrow.Payment, PaymentStatus.Refunded)).Refunded.AmountMinor.ShouldBe(1_031_01);
        (await escrow.PayoutAsync()).Status.ShouldBe("cancelled");
        (await escrow.BooksAsync()).GetValueOrDefault("clearing:ethereum").ShouldBe(0);
    }

    [Fact]
    public async Task A_host_who_gives_everything_back_from_his_wallet_has_cancelled_and_owes_his_fee()
    {
        var escrow = await product.WithFundedEscrowAsync();
        var (held, at) = (escrow.Held, Second(product.Now));
        var fee = Kernel.Pricing.Refund.HostCancelFee(held.Quote, at);
        await escrow.SettledAsync(EscrowEnd.Refunded, at, 1_031_01, 0, 0);
        await product.BecomesAsync(held, BookingStatus.CancelledByHost);
        (await held.BecomesAsync(escrow.Payment, PaymentStatus.Refunded)).Refunds.ShouldHaveSingleItem().Reason.ShouldBe("cancelled_by_host");
        await Until.HoldsAsync(() => escrow.BooksAsync(), b => b.Count == 2 && b["host_payable"] == fee && b["revenue:cancellation_fees"] == -fee, "only the fee is left", 60);
        (await escrow.PayoutAsync()).Status.ShouldBe("cancelled");
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_may_give_back_more_than_the_guest_s_cancellation_promised()
    {
        var escrow = await product.WithFundedEscrowAsync();
        var held = escrow.Held;
        MoveTo(held.Quote.CheckInAt.AddDays(-10));
        await held.Guest.Api.PostAsync($"/api/v1/bookings/{held.Id}/cancel", new { }).ShouldBeAsync(200);
        await Until.HoldsAsync(() => escrow.PayoutAsync(), p => p.Reason == "cancellation_terms", "the cancellation is known", 60);
        await escrow.SettledAsync(EscrowEnd.Refunded, Second(product.Now), 1_031_01, 0, 0);
        (await held.BecomesAsync(escrow.Payment, PaymentStatus.Refunded)).Refunds.Sum(r => r.Amount.AmountMinor).ShouldBe(1_031_01);
        (await SeenByGuestAsync(held)).Status.ShouldBe(BookingStatus.CancelledByGuest);
        (await escrow.PayoutAsync()).Status.ShouldBe("cancelled");
        (await escrow.BooksAsync()).Values.Sum().ShouldBe(0);
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(300_00, 600_00, 131_01)]
    [InlineData(1_031_01, 0, 0)]
    [InlineData(0, 900_00, 131_01)]
    public async Task A_ruling_on_a_stay_that_is_over_divides_the_money_as_it_says(long toGuest, long toHost, long toPlatform)
    {
        var escrow = await product.WithFundedEscrowAsync();
        var held = escrow.Held;
        MoveTo(held.Quote.CheckOutAt.AddHours(3));
        await product.BecomesAsync(held, BookingStatus.Completed);
        await escrow.DisputedAsync("guest", Second(product.Now));
        await product.BecomesAsync(held, BookingStatus.Disputed);
        (await escrow.PayoutAsync()).ShouldBe(("pending", 847_78, "disputed"));
        MoveTo(held.Quote.CheckOutAt.AddHours(50));
        await escrow.SettledAsync(EscrowEnd.Ruled, Second(product.Now), toGuest, toHost, toPlatform);
        await product.BecomesAsync(held, BookingStatus.Completed);
        (await escrow.PayoutAsync()).ShouldBe((toHost > 0 ? "paid" : "cancelled", toHost, "ruled"));
        (await held.ReadAsync(escrow.Payment)).Refunded.AmountMinor.ShouldBe(toGuest);
        var books = await escrow.BooksAsync();
        books.ShouldNotContainKey("clearing:ethereum");
        books.ShouldNotContainKey("host_payable");
        books.ShouldNotContainKey("guest_funds_held");
        books.ShouldNotContainKey("refunds_payable");
        books.GetValueOrDefault("treasury:ethereum").ShouldBe(toPlatform);
        books.Values.Sum().ShouldBe(0);
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_ruling_before_the_stay_ends_the_booking()
    {
        var escrow = await product.WithFundedEscrowAsync();
        await escrow.DisputedAsync("operator", Second(product.Now));
        await product.BecomesAsync(escrow.Held, BookingStatus.Disputed);
        await escrow.SettledAsync(EscrowEnd.Ruled, Second(product.Now), 800_00, 200_00, 31_01);
        await product.BecomesAsync(escrow.Held, BookingStatus.CancelledByGuest);
        (await SeenByGuestAsync(escrow.Held)).Refund.ShouldBe(new Money(800_00, "EUR"));
        (await escrow.PayoutAsync()).ShouldBe(("paid", 200_00, "ruled"));
        (await escrow.BooksAsync()).Values.Sum().ShouldBe(0);
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_ruling_after_a_cancellation_divides_what_was_left()
    {
        var escrow = await product.WithFundedEscrowAsync();
        var held = escrow.Held;
        MoveTo(held.Quote.CheckInAt.AddDays(-10));
        await held.Guest.Api.PostAsync($"/api/v1/bookings/{held.Id}/cancel", new { }).ShouldBeAsync(200);
        await Until.HoldsAsync(() => escrow.PayoutAsync(), p => p.Reason == "cancellation_terms", "the cancellation is known", 60);
        await escrow.CancelledAsync("operator", Second(product.Now), 471_65);
        await escrow.DisputedAsync("guest", Second(product.Now));
        await escrow.SettledAsync(EscrowEnd.Ruled, Second(product.Now), 200_00, 300_00, 59_36);
        (await held.ReadAsync(escrow.Payment)).Refunded.AmountMinor.ShouldBe(671_65);
        (await escrow.PayoutAsync()).ShouldBe(("paid", 300_00, "ruled"));
        var books = await escrow.BooksAsync();
        (books.ContainsKey("clearing:ethereum"), books.ContainsKey("host_payable"), books["treasury:ethereum"]).ShouldBe((false, false, 59_36));
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_guest_s_last_resort_and_a_host_s_own_claim_are_booked_as_they_were()
    {
        var (exit, claim) = (await product.WithFundedEscrowAsync(), await product.WithFundedEscrowAsync());
        MoveTo(exit.Held.Quote.CheckOutAt.AddDays(61));
        await product.BecomesAsync(exit.Held, BookingStatus.Completed);
        await exit.SettledAsync(EscrowEnd.GuestExited, Second(product.Now), 1_031_01, 0, 0);
        (await exit.PayoutAsync()).ShouldBe(("cancelled", 0, "guest_exited"));
        (await exit.Held.ReadAsync(exit.Payment)).Status.ShouldBe(PaymentStatus.Refunded);
        await claim.SettledAsync(EscrowEnd.HostClaimed, Second(product.Now), 0, 847_78, 183_23);
        (await claim.PayoutAsync()).ShouldBe(("paid", 847_78, "host_claimed"));
        foreach (var escrow in (EscrowedBooking[])[exit, claim])
        {
            var books = await escrow.BooksAsync();
            (books.ContainsKey("clearing:ethereum"), books.ContainsKey("host_payable"), books.Values.Sum()).ShouldBe((false, false, 0));
            (await DifferencesAsync(escrow)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_contract_that_gives_other_amounts_than_reckoned_is_followed_and_named()
    {
        var escrow = await product.WithFundedEscrowAsync();
        var held = escrow.Held;
        MoveTo(held.Quote.CheckInAt.AddDays(-10));
        await held.Guest.Api.PostAsync($"/api/v1/bookings/{held.Id}/cancel", new { }).ShouldBeAsync(200);
        await Until.HoldsAsync(() => escrow.PayoutAsync(), p => p.Reason == "cancellation_terms", "the cancellation is known", 60);
        await escrow.CancelledAsync("operator", Second(product.Now), 471_64);
        await escrow.SettledAsync(EscrowEnd.Released, Second(product.Now), 0, 423_90, 135_47);
        (await held.ReadAsync(escrow.Payment)).Refunded.AmountMinor.ShouldBe(471_64);
        var books = await escrow.BooksAsync();
        (books.ContainsKey("clearing:ethereum"), books.ContainsKey("host_payable"), books.ContainsKey("refunds_payable")).ShouldBe((false, false, false));
        (await DifferencesAsync(escrow)).Count.ShouldBe(2);
        // The product's own check must not be left alarmed for the tests beside this one.
        await product.Inside<NpgsqlDataSource>("payments").ExecuteAsync("alter table escrow_outcomes disable trigger user; update escrow_outcomes set difference = null; alter table escrow_outcomes enable trigger user", [], CancellationToken.None);
    }

    [Fact]
    public async Task A_deposit_for_a_hold_that_lapsed_confirms_while_the_nights_are_free_and_goes_back_when_they_are_not()
    {
        var (late, gone) = (await product.WithEscrowAsync(), await product.WithEscrowAsync());
        var (lateFunded, goneFunded) = (Second(product.Now), Second(product.Now));
        MoveTo(product.Now.AddMinutes(20));
        await late.Held.BecomesAsync(late.Payment, PaymentStatus.Cancelled);
        await product.BecomesAsync(gone.Held, BookingStatus.Expired);
        await product.HoldAsync(await product.NewGuestAsync(), gone.Held.Host, home: gone.Held.Quote.PropertyId);
        await late.ConfirmedAsync(lateFunded);
        await product.BecomesAsync(late.Held, BookingStatus.Confirmed);
        (await SeenByGuestAsync(late.Held)).ConfirmedAt.ShouldBe(lateFunded);

        await gone.ConfirmedAsync(goneFunded);
        var owed = await Until.HoldsAsync(() => gone.Held.ReadAsync(gone.Payment), p => p.Refunds.Count == 1, "it is promised back", 60);
        owed.Refunds[0].Amount.AmountMinor.ShouldBe(1_031_01);
        await gone.SettledAsync(EscrowEnd.Refunded, Second(product.Now), 1_031_01, 0, 0);
        (await gone.Held.ReadAsync(gone.Payment)).Status.ShouldBe(PaymentStatus.Refunded);
        (await gone.BooksAsync()).ShouldBeEmpty();
        (await SeenByGuestAsync(gone.Held)).Status.ShouldBe(BookingStatus.Expired);
        (await DifferencesAsync(gone)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_whole_refunds_before_check_out_can_be_asked_of_an_escrow()
    {
        var escrow = await product.WithFundedEscrowAsync();
        var admin = await product.NewAdminAsync();
        await admin.Api.PostAsync($"/api/v1/payments/{escrow.Payment}/refund", new { amount = new { amount = 100_00, currency = "EUR" }, reason = "broken heating" }).ShouldRefuseAsync(409, "refund_not_possible_on_chain", "amount");
        await escrow.Held.Guest.Api.PostAsync($"/api/v1/payments/{escrow.Payment}/checkout-session", new { }).ShouldRefuseAsync(409, "payment_not_by_card");
        await escrow.Held.ConfirmAsync(escrow.Payment, HeldBookings.GoodCard).ShouldRefuseAsync(409, "payment_not_by_card");
        await admin.Api.PostAsync($"/api/v1/payments/{escrow.Payment}/refund", new { reason = "the house burnt down" }).ShouldBeAsync(200);
        await escrow.SettledAsync(EscrowEnd.Refunded, Second(product.Now), 1_031_01, 0, 0);
        (await escrow.Held.ReadAsync(escrow.Payment)).Status.ShouldBe(PaymentStatus.Refunded);
        (await escrow.PayoutAsync()).ShouldBe(("cancelled", 0, "refunded"));
        (await escrow.BooksAsync()).ShouldBeEmpty();
        (await SeenByGuestAsync(escrow.Held)).Status.ShouldBe(BookingStatus.Confirmed);
        (await DifferencesAsync(escrow)).ShouldBeEmpty();
    }
}
