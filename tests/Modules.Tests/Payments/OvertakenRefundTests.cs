using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>Refunds that the contract refuses because somebody's own call to it came first. The chain stands still unless a test mines: nothing gets deep enough to be known before it should.</summary>
public sealed class OvertakenRefundTests : IAsyncLifetime
{
    private TestProduct product = null!;

    public async Task InitializeAsync() => product = await TestProduct.StartAsync(("DEV_CHAIN_MINING", "off"), ("ETH_CONFIRMATIONS", "2"));
    public async Task DisposeAsync() => await product.DisposeAsync();

    [Theory]
    [InlineData("disputed", 700_00)]
    [InlineData("disputed", 1_031_01)]
    [InlineData("given back", 1_031_01)]
    public async Task A_refund_that_came_too_late_at_the_contract_waits_for_what_it_decides(string overtakenBy, long toGuest)
    {
        var (booking, payment) = await PaidAsync();
        var terms = await product.TermsAsync(payment.Escrow!);
        if (overtakenBy == "disputed") await product.SendAsync(booking.GuestWallet, payment.Escrow!.Contract, (await booking.Held.ReadAsync(payment.Id)).Escrow!.DisputeData!);
        else await product.CallAsync(booking.HostWallet, payment.Escrow!, EscrowCalls.Refund(terms));

        // Nobody here knows of it yet: the host's cancellation promises all, and the contract says no to the operator.
        (await booking.Held.Host.Api.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { }).ReadAsync<BookingView>()).Status.ShouldBe(BookingStatus.CancelledByHost);
        await Until.HoldsAsync(async () =>
        {
            await using var refused = product.Inside<NpgsqlDataSource>("blockchain").CreateCommand("select count(*) from operator_transactions where kind = 'refund' and state = 'refused' and reason = 'WrongStatus'");
            return await refused.ExecuteScalarAsync() is 1L;
        }, "the contract says no", PaidFromWallets.Patience);
        await LooksAgainAsync(booking, payment);

        await MineAsync();
        if (overtakenBy == "disputed")
        {
            await Until.HoldsAsync(() => booking.Held.ReadAsync(payment.Id), p => p.Escrow!.State == EscrowState.Disputed, "the dispute is known", PaidFromWallets.Patience);
            await LooksAgainAsync(booking, payment);
            await product.CallAsync(product.Arbiter(), payment.Escrow!, EscrowCalls.Rule(terms, toGuest, Math.Max(0, 900_00 - toGuest)));
            await MineAsync();
        }
        var refund = (await Until.HoldsAsync(() => booking.Held.ReadAsync(payment.Id), p => p.Refunded.AmountMinor > 0, "the contract's word is heard", PaidFromWallets.Patience)).Refunds.ShouldHaveSingleItem();
        (refund.Status, refund.Amount.AmountMinor).ShouldBe(("succeeded", toGuest));
        await product.ContractAgreesAsync();
    }

    private async Task<(WalletBooking Booking, PaymentView Payment)> PaidAsync()
    {
        var booking = await product.WithWalletsAsync();
        var payment = await booking.StartAsync();
        await product.DepositAsync(payment.Escrow!);
        await MineAsync();
        await product.BecomesAsync(booking, BookingStatus.Confirmed);
        return (booking, await booking.Held.ReadAsync(payment.Id));
    }

    private Task MineAsync() => product.NodeAsync("anvil_mine", "0x2");

    /// <summary>The product asks again what became of the refund, and finds nothing wrong.</summary>
    private async Task LooksAgainAsync(WalletBooking booking, PaymentView payment)
    {
        await LookedAtAsync(booking);
        product.MoveTo(product.Now.AddHours(7));
        await LookedAtAsync(booking);
        (await booking.Held.ReadAsync(payment.Id)).Refunds.ShouldHaveSingleItem().Status.ShouldBe("pending");
        await product.LedgerAgreesAsync();
    }

    private Task LookedAtAsync(WalletBooking booking) => Until.HoldsAsync(async () =>
    {
        await using var next = product.Inside<NpgsqlDataSource>("payments").CreateCommand("select count(*) from outbox o join refunds r on o.subject = r.id::text where r.booking_id = $1 and o.kind = 'timer' and o.published_at is null and o.due_at > $2");
        next.Parameters.AddWithValue(booking.Id.Value);
        next.Parameters.AddWithValue(product.Now.ToUniversalTime());
        return await next.ExecuteScalarAsync() is 1L;
    }, "the refund is looked after, and will be again");
}
