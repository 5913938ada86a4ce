using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Payments;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>A held booking with an escrow to pay into, as payments have written it down. What the chain says is told to payments as the bus would.</summary>
internal sealed record EscrowedBooking(TestProduct Product, HeldBooking Held, PaymentId Payment, EscrowRef Escrow)
{
    private long block = 100;

    public Quote Quote => Held.Quote;
    public string Deposit { get; } = EscrowRoom.Hash();

    public Task TellAsync(IEvent fact) => Facts.TellAsync(Product, "payments", fact);

    public Task SeenAsync(DateTimeOffset at) => TellAsync(new EscrowSeen(Escrow, Deposit, ++block, at));
    public Task GoneAsync() => TellAsync(new EscrowGone(Escrow, Deposit));
    public Task ConfirmedAsync(DateTimeOffset at) => TellAsync(new EscrowConfirmed(Escrow, Deposit, ++block, at));
    public Task CancelledAsync(string by, DateTimeOffset at, long toGuest, long? rest = null) => TellAsync(new EscrowCancelled(Escrow, by, EscrowRoom.Hash(), ++block, at, toGuest, rest ?? Quote.TotalMinor - toGuest));
    public Task DisputedAsync(string by, DateTimeOffset at) => TellAsync(new EscrowDisputed(Escrow, by, EscrowRoom.Hash(), at));
    public Task SettledAsync(EscrowEnd end, DateTimeOffset at, long toGuest, long toHost, long toPlatform) => TellAsync(new EscrowSettled(Escrow, end, EscrowRoom.Hash(), ++block, at, toGuest, toHost, toPlatform));

    public async Task<(string Status, long Amount, string Reason)> PayoutAsync()
    {
        var all = (await Held.Host.Api.GetAsync("/api/v1/payouts").ReadAsync()).GetProperty("data").EnumerateArray().Where(p => p.GetProperty("booking_id").GetString() == Held.Id.ToString()).ToList();
        return all is [var one] ? (one.GetProperty("status").GetString()!, one.GetProperty("amount").GetProperty("amount").GetInt64(), one.GetProperty("reason").GetString()!) : ("none", 0, "");
    }

    /// <summary>The ledger of this booking, account by account, without those that are empty.</summary>
    public async Task<Dictionary<string, long>> BooksAsync() => (await Product.Inside<NpgsqlDataSource>("payments").QueryAsync("""
        select split_part(account, ':' || $2::text, 1), sum(amount_minor)::bigint from ledger_entries e join ledger_transactions t on t.id = e.transaction_id where t.booking_id = $1 group by 1 having sum(amount_minor) <> 0
        """, [Held.Id.Value, Held.Host.Id.ToString()], row => (Account: row.GetString(0), Amount: row.GetInt64(1)), CancellationToken.None)).ToDictionary(b => b.Account, b => b.Amount);
}

internal static class EscrowRoom
{
    public static string Hash() => "0x" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    public static async Task<EscrowedBooking> WithEscrowAsync(this TestProduct product, CancellationPolicy policy = CancellationPolicy.Firm, HeldBooking? of = null)
    {
        var held = of ?? await product.WithHeldBookingAsync(policy);
        await using var scope = product.Inside<IServiceScopeFactory>("payments").CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PaymentsDb>();
        var due = new BookingDue(held.Id, held.Booking.Reference, BookingStatus.PendingPayment, held.Guest.Id, held.Host.Id, held.Quote.PropertyId, "Flat by the river", held.Quote, held.Booking.ExpiresAt);
        var payment = Payment.Start(due, PaymentMethod.Eth, EthereumPayments.ProviderName, product.Now).Between(Hash()[..42], Hash()[..42], held.Quote.CheckOutAt.AddHours(48));
        db.Payments.Add(payment);
        await db.SaveChangesAsync();
        await scope.ServiceProvider.GetRequiredService<AttemptDesk>().AddAsync(payment.Id, 1, AttemptKind.Escrow, CancellationToken.None);
        await db.SaveChangesAsync();
        var escrow = new EscrowRef(Hash(), payment.Id, 1, held.Id);
        await scope.ServiceProvider.GetRequiredService<PaymentTruth>().HearAsync(payment.Id, new ProviderWord(1, escrow.EscrowId, ProviderStatus.RequiresPaymentMethod, Money.Zero(payment.Currency)), CancellationToken.None);
        return new EscrowedBooking(product, held, payment.Id, escrow);
    }

    public static async Task<EscrowedBooking> WithFundedEscrowAsync(this TestProduct product, CancellationPolicy policy = CancellationPolicy.Firm)
    {
        var escrow = await product.WithEscrowAsync(policy);
        await escrow.ConfirmedAsync(product.Now);
        await product.BecomesAsync(escrow.Held, BookingStatus.Confirmed);
        await Until.HoldsAsync(async () => (await escrow.PayoutAsync()).Status == "pending", "the payout waits", 60);
        return escrow;
    }
}
