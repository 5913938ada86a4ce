using System.Numerics;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>Bookings paid from wallets, from the first question to the last wei: the product, its development chain and the real contract. The clock only moves forward.</summary>
public sealed class WalletPaymentTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private readonly TestProduct product = fixture.Product;

    [Fact]
    public async Task A_deposit_confirms_the_booking_at_its_block_s_time_with_its_hash()
    {
        var booking = await product.WithWalletsAsync();
        var ways = await booking.Held.Guest.Api.GetAsync($"/api/v1/payments/ways?booking_id={booking.Id}").ReadAsync<PaymentWays>();
        ways.ShouldBe(new PaymentWays(true, true, null));

        var payment = await booking.StartAsync();
        (payment.Provider, payment.Status, payment.Escrow!.State).ShouldBe(("ethereum", PaymentStatus.RequiresPaymentMethod, EscrowState.Awaited));
        (payment.Escrow.GuestWallet, payment.Escrow.HostWallet, payment.Escrow.ReleaseAt).ShouldBe((booking.GuestWallet, booking.HostWallet, booking.Quote.CheckOutAt.AddHours(48)));
        (await booking.StartAsync()).Id.ShouldBe(payment.Id);
        (await booking.StartAsync(booking.GuestWallet.ToLowerInvariant())).Escrow!.EscrowId.ShouldBe(payment.Escrow.EscrowId);

        var hash = await product.DepositAsync(payment.Escrow);
        var paid = await product.BecomesAsync(booking, payment.Id, PaymentStatus.Succeeded);
        (paid.Escrow!.DepositHash, paid.Escrow.State).ShouldBe((hash, EscrowState.Funded));
        var confirmed = await product.BecomesAsync(booking, BookingStatus.Confirmed);
        confirmed.ConfirmedAt.ShouldBe(paid.Escrow.FundedAt);
        await product.ContractAgreesAsync();
        (await booking.Held.Host.Api.GetAsync($"/api/v1/payments/{payment.Id}").ReadAsync<PaymentView>()).Escrow!.EscrowId.ShouldBe(payment.Escrow.EscrowId);
    }

    [Fact]
    public async Task Wallets_that_can_t_pay_are_refused_with_the_reason()
    {
        var booking = await product.WithWalletsAsync();
        await booking.Held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = booking.Id, method = "eth" }).ShouldRefuseAsync(400, "field_required", "wallet");
        await booking.AskAsync(booking.HostWallet).ShouldRefuseAsync(409, "wallet_not_linked", "wallet");
        await booking.AskAsync(await product.NewWalletAsync(booking.Held.Guest, ether: 0)).ShouldRefuseAsync(402, "wallet_balance_too_low");
        // A purse that was too small is no obstacle to paying otherwise.
        (await booking.Held.StartAsync()).Method.ShouldBe(PaymentMethod.Card);

        var homeless = await product.WithHeldBookingAsync();
        var wallet = await product.NewWalletAsync(homeless.Guest);
        await homeless.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = homeless.Id, method = "eth", wallet }).ShouldRefuseAsync(409, "host_takes_no_ether");
        (await homeless.Guest.Api.GetAsync($"/api/v1/payments/ways?booking_id={homeless.Id}").ReadAsync<PaymentWays>()).WhyNotEth.ShouldBe("host_takes_no_ether");
    }

    [Fact]
    public async Task A_guest_may_change_his_mind_between_card_and_wallets_and_is_charged_once()
    {
        var booking = await product.WithWalletsAsync();
        var other = await product.NewWalletAsync(booking.Held.Guest);
        var card = await booking.Held.StartAsync();
        var first = await booking.StartAsync();
        first.Id.ShouldNotBe(card.Id);
        (await booking.Held.ReadAsync(card.Id)).Status.ShouldBe(PaymentStatus.Cancelled);
        var second = await booking.StartAsync(other);
        second.Escrow!.GuestWallet.ShouldBe(other);
        // Back to the first wallet: its escrow is still there, so it is the same payment.
        var again = await booking.StartAsync();
        (again.Id, again.Escrow!.EscrowId, again.Status).ShouldBe((first.Id, first.Escrow!.EscrowId, PaymentStatus.RequiresPaymentMethod));
        var cardAgain = await booking.Held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = booking.Id, method = "card" }).ReadAsync<PaymentView>(201);
        await booking.Held.ConfirmAsync(cardAgain.Id, HeldBookings.GoodCard).ShouldBeAsync(200);
        await product.BecomesAsync(booking, BookingStatus.Confirmed);

        // Both wallets pay all the same: it is not the booking's money, and goes back whole.
        await product.DepositAsync(first.Escrow);
        await product.DepositAsync(second.Escrow);
        foreach (var payment in (PaymentView[])[first, second])
        {
            var back = await product.BecomesAsync(booking, payment.Id, PaymentStatus.Refunded);
            (back.Refunded, back.Escrow!.End).ShouldBe((payment.Amount, EscrowEnd.Refunded));
        }
        (await booking.Held.ReadAsync(cardAgain.Id)).Refunded.AmountMinor.ShouldBe(0);
        await product.ContractAgreesAsync();
    }

    [Fact]
    public async Task Money_for_a_hold_that_lapsed_and_was_sold_again_goes_back_by_itself()
    {
        var booking = await product.WithWalletsAsync();
        var payment = await booking.StartAsync();
        // The deposit is in time by its block, and the news of it late.
        await product.DepositAsync(payment.Escrow!);
        await product.Inside<NpgsqlDataSource>("bookings").ExecuteAsync("update bookings set expires_at = $2 where id = $1", [booking.Id.Value, product.Now.AddMinutes(-1)], CancellationToken.None);
        await BookingRoomLapsesAsync(booking);
        await product.HoldAsync(await product.NewGuestAsync(), booking.Held.Host, home: booking.Quote.PropertyId);
        var back = await product.BecomesAsync(booking, payment.Id, PaymentStatus.Refunded);
        back.Escrow!.End.ShouldBe(EscrowEnd.Refunded);
        (await product.BecomesAsync(booking, BookingStatus.Expired)).Status.ShouldBe(BookingStatus.Expired);
        await product.ContractAgreesAsync();
    }

    private Task BookingRoomLapsesAsync(WalletBooking booking) => Bookings.BookingRoom.TakeAsync(product, booking.Id, (b, now) => b.Lapse(now));

    public static TheoryData<CancellationPolicy, int> Cancellations => new()
    {
        { CancellationPolicy.Flexible, -10 }, { CancellationPolicy.Moderate, -3 }, { CancellationPolicy.Limited, -10 }, { CancellationPolicy.Firm, -40 }, { CancellationPolicy.Firm, -10 }, { CancellationPolicy.Firm, -1 },
        { CancellationPolicy.Strict, -10 }, { CancellationPolicy.Flexible, 2 },
    };

    [Theory]
    [MemberData(nameof(Cancellations))]
    public async Task A_cancellation_gives_back_from_escrow_what_it_would_to_a_card(CancellationPolicy policy, int daysAfterCheckIn)
    {
        var (booking, payment) = await product.WithWalletPaidAsync(policy);
        product.MoveTo(booking.Quote.CheckInAt.AddDays(daysAfterCheckIn));
        var cancelled = await booking.Held.Guest.Api.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { }).ReadAsync<BookingView>();
        var due = Refund.At(booking.Quote, payment.Escrow!.FundedAt, cancelled.CancelledAt!.Value);
        cancelled.Refund!.Value.AmountMinor.ShouldBe(due.RefundMinor);
        var after = await Until.HoldsAsync(() => booking.Held.ReadAsync(payment.Id), p => p.Refunded.AmountMinor == due.RefundMinor, "the refund is credited", PaidFromWallets.Patience);
        if (due.RefundMinor > 0) after.Escrow!.ToGuestMinor.ShouldBe(due.RefundMinor);
        var host = EscrowTable.HostPart(booking.Quote, due.HostKeepsMinor);
        (await booking.PayoutAsync()).ShouldBe(host > 0 ? ("pending", host, "cancellation_terms") : ("cancelled", 0L, "cancelled_by_guest"));
        await product.ContractAgreesAsync();
    }

    [Fact]
    public async Task A_host_who_cancels_gives_everything_back()
    {
        var (booking, payment) = await product.WithWalletPaidAsync();
        await booking.Held.Host.Api.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { }).ShouldBeAsync(200);
        (await product.BecomesAsync(booking, payment.Id, PaymentStatus.Refunded)).Escrow!.End.ShouldBe(EscrowEnd.Refunded);
        (await booking.PayoutAsync()).Status.ShouldBe("cancelled");
        await product.ContractAgreesAsync();
    }

    [Fact]
    public async Task A_guest_cancels_past_us_with_his_own_wallet()
    {
        var (booking, payment) = await product.WithWalletPaidAsync();
        product.MoveTo(booking.Quote.CheckInAt.AddDays(-10));
        await Until.HoldsAsync(async () => (await product.NodeAsync("eth_getBlockByNumber", "latest", false)).GetProperty("timestamp").GetString() is { } hex && Convert.ToInt64(hex, 16) > booking.Quote.CheckInAt.AddDays(-10).ToUnixTimeSeconds() - 60,
            "the chain's time has moved", PaidFromWallets.Patience);
        await product.SendAsync(booking.GuestWallet, payment.Escrow!.Contract, payment.Escrow.CancelData!);
        var cancelled = await product.BecomesAsync(booking, BookingStatus.CancelledByGuest);
        cancelled.Refund.ShouldBe(new Money(471_65, "EUR"));
        await Until.HoldsAsync(booking.PayoutAsync, p => p == ("paid", 423_89, "cancelled_by_guest"), "the host is paid", PaidFromWallets.Patience);
        (await product.BecomesAsync(booking, payment.Id, PaymentStatus.PartiallyRefunded)).Refunded.AmountMinor.ShouldBe(471_65);
        await product.ContractAgreesAsync();
    }

    [Fact]
    public async Task A_stay_that_is_over_is_released_to_its_host_and_disputes_wait_for_their_ruling()
    {
        var (quiet, _) = await product.WithWalletPaidAsync();
        var (disputed, payment) = await product.WithWalletPaidAsync();
        product.MoveTo(disputed.Quote.CheckOutAt.AddHours(3));
        await product.BecomesAsync(disputed, BookingStatus.Completed);
        var escrow = payment.Escrow!;
        await product.SendAsync(disputed.GuestWallet, escrow.Contract, (await disputed.Held.ReadAsync(payment.Id)).Escrow!.DisputeData!);
        await product.BecomesAsync(disputed, BookingStatus.Disputed);
        (await disputed.PayoutAsync()).ShouldBe(("pending", 847_78, "disputed"));

        product.MoveTo(disputed.Quote.CheckOutAt.AddHours(49));
        await Until.HoldsAsync(quiet.PayoutAsync, p => p == ("paid", 847_78, "stay_completed"), "the host of the quiet stay is paid", PaidFromWallets.Patience);
        (await disputed.PayoutAsync()).Status.ShouldBe("pending");
        await product.CallAsync(product.Arbiter(), escrow, EscrowCalls.Rule(await product.TermsAsync(escrow), 500_00, 400_00));
        await product.BecomesAsync(disputed, BookingStatus.Completed);
        (await disputed.PayoutAsync()).ShouldBe(("paid", 400_00, "ruled"));
        (await disputed.Held.ReadAsync(payment.Id)).Refunded.AmountMinor.ShouldBe(500_00);
        await product.ContractAgreesAsync();
    }

    [Fact]
    public async Task A_difference_between_ledger_and_contract_counts_when_it_stands()
    {
        var (booking, payment) = await product.WithWalletPaidAsync();
        await product.ContractAgreesAsync();
        var (check, source) = (product.Inside<EscrowCheck>("payments"), product.Inside<NpgsqlDataSource>("payments"));
        await MoveAsync(5);
        (await check.LookAsync(CancellationToken.None))!.Differences.ShouldHaveSingleItem().ShouldContain(payment.Id.ToString());
        check.Standing.ShouldBeEmpty();
        await check.LookAsync(CancellationToken.None);
        check.Standing.ShouldHaveSingleItem();
        using var metrics = product.ClientOf("payments");
        (await metrics.GetStringAsync("/metrics")).ShouldContain("estospaces_escrow_differences 1");
        var seen = await (await product.NewAdminAsync()).Api.GetAsync("/api/v1/ledger/check").ReadAsync();
        seen.GetProperty("escrow_differences").GetArrayLength().ShouldBe(1);
        await MoveAsync(-5);
        await product.ContractAgreesAsync();
        await check.LookAsync(CancellationToken.None);
        check.Standing.ShouldBeEmpty();

        Task MoveAsync(long minor) => source.ExecuteAsync("""
            with t as (insert into ledger_transactions (id, rule, reference, booking_id, payment_id, posted_at) values (gen_random_uuid(), 'test', gen_random_uuid()::text, $1, $2, now()) returning id),
            a as (insert into ledger_accounts (code, currency) values ('expense:goodwill', 'EUR') on conflict do nothing)
            insert into ledger_entries (transaction_id, line, account, currency, amount_minor) select t.id, l.line, l.account, 'EUR', l.amount from t, (values (1, 'clearing:ethereum', $3::bigint), (2, 'expense:goodwill', -$3::bigint)) as l (line, account, amount)
            """, [booking.Id.Value, payment.Id.Value, minor], CancellationToken.None);
    }
}
