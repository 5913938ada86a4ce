using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>
/// Random histories from a seed: people book, pay from wallets (or change their minds and pay anyhow), cancel here or at the contract, dispute, and time goes by. After each step that can be seen ledger and
/// contract agree, escrow by escrow; at the end nothing lies in escrow, and no host or guest is owed anything by the books.
/// </summary>
public sealed class WalletHistoryTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private const int Bookings = 6, Steps = 24;
    private static readonly CancellationPolicy[] Policies = [CancellationPolicy.Flexible, CancellationPolicy.Moderate, CancellationPolicy.Limited, CancellationPolicy.Firm, CancellationPolicy.Strict];
    private readonly TestProduct product = fixture.Product;
    private readonly List<(WalletBooking Booking, PaymentView Payment)> all = [];
    private readonly List<string> done = [];

    [Theory]
    [InlineData(20261122)]
    [InlineData(7)]
    public async Task Ledger_and_contract_agree_after_every_step(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Bookings; i++) await BookAsync(random);
        for (var step = 0; step < Steps; step++)
        {
            await StepAsync(random);
            await AgreeAsync($"seed {seed}: {string.Join(", ", done)}");
        }
        await EndAsync();
        await AgreeAsync($"seed {seed} at the end: {string.Join(", ", done)}");
        (await product.Inside<EstoSpaces.Payments.Ethereum.EscrowCheck>("payments").CompareAsync(CancellationToken.None))!.Escrows.ShouldBe(0, string.Join(", ", done));
    }

    private async Task AgreeAsync(string history)
    {
        try { await product.ContractAgreesAsync(); }
        catch (ShouldAssertException e) { throw new ShouldAssertException($"{history}\n{e.Message}"); }
    }

    private async Task BookAsync(Random random)
    {
        var booking = await product.WithWalletsAsync(Policies[random.Next(Policies.Length)]);
        var payment = await booking.StartAsync();
        if (random.Next(4) == 0)
        {
            // A change of mind: the card gets the booking, the wallet pays all the same.
            await booking.Held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = booking.Id, method = "card" }).ShouldBeAsync(201);
            done.Add("replaced");
        }
        await product.DepositAsync(payment.Escrow!);
        var paid = await Until.HoldsAsync(() => booking.Held.ReadAsync(payment.Id), p => p.Status is PaymentStatus.Succeeded or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded, "the deposit counts", PaidFromWallets.Patience);
        all.Add((booking, paid));
        done.Add("paid");
    }

    private async Task StepAsync(Random random)
    {
        var (booking, payment) = all[random.Next(all.Count)];
        var (guest, host) = (booking.Held.Guest.Api, booking.Held.Host.Api);
        var escrow = (await booking.Held.ReadAsync(payment.Id)).Escrow!;
        var status = (await guest.GetAsync($"/api/v1/bookings/{booking.Id}").ReadAsync<BookingView>()).Status;
        switch (random.Next(9))
        {
            case 0 when status is BookingStatus.Confirmed or BookingStatus.CheckedIn:
                await guest.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { });
                done.Add("guest cancels");
                break;
            case 1 when status is BookingStatus.Confirmed or BookingStatus.CheckedIn:
                await host.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { });
                done.Add("host cancels");
                break;
            case 2 when escrow.CancelData is { } cancel && await TriesAsync(booking.GuestWallet, escrow, cancel):
                done.Add("wallet cancels");
                break;
            case 3 when escrow.DisputeData is { } dispute && await TriesAsync(booking.GuestWallet, escrow, dispute):
                done.Add("disputed");
                break;
            case 4 when escrow.State is EscrowState.Disputed && escrow.ToGuestMinor is null:
                var toGuest = random.NextInt64(0, booking.Quote.PayoutMinor);
                var rule = EscrowCalls.Rule(await product.TermsAsync(escrow), toGuest, booking.Quote.PayoutMinor - toGuest);
                if (await TriesAsync(product.Arbiter(), escrow, Kernel.Ethereum.Hex.Data(rule))) done.Add("ruled");
                break;
            case 5 when escrow.State is EscrowState.Funded or EscrowState.Cancelled or EscrowState.Disputed:
                if (await TriesAsync(booking.HostWallet, escrow, Kernel.Ethereum.Hex.Data(EscrowCalls.Refund(await product.TermsAsync(escrow))))) done.Add("host gives back");
                break;
            case 6:
                await BookAsync(random);
                break;
            default:
                product.MoveTo(product.Now.AddHours(random.Next(1, 24 * 9)));
                done.Add("time");
                break;
        }
    }

    /// <summary>False when the contract says no: somebody else was faster.</summary>
    private async Task<bool> TriesAsync(string from, EscrowView escrow, string data)
    {
        try
        {
            await product.SendAsync(from, escrow.Contract, data);
            return true;
        }
        catch (ShouldAssertException) { return false; }
    }

    /// <summary>All stays are over, everything is released; disputes that nobody ruled go to their guests.</summary>
    private async Task EndAsync()
    {
        product.MoveTo(all.Max(a => a.Booking.Quote.CheckOutAt).AddDays(61));
        foreach (var (booking, payment) in all)
        {
            var last = await Until.HoldsAsync(async () => (await booking.Held.ReadAsync(payment.Id)).Escrow!, e => e.State is EscrowState.Settled or EscrowState.Disputed, "the escrow is released or disputed", PaidFromWallets.Patience);
            if (last.State is EscrowState.Settled) continue;
            var exit = EscrowCalls.GuestExit(await product.TermsAsync(last));
            await Until.HoldsAsync(() => TriesAsync(booking.GuestWallet, last, Kernel.Ethereum.Hex.Data(exit)), "the guest exits", PaidFromWallets.Patience);
            await Until.HoldsAsync(async () => (await booking.Held.ReadAsync(payment.Id)).Escrow!.State, s => s is EscrowState.Settled, "the exit counts", PaidFromWallets.Patience);
            done.Add("exit");
        }
    }
}
