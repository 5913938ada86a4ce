using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Modules.Tests.Pricing;
using EstoSpaces.Testing;
using Npgsql;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>Makes escrows as payments does, and looks at what became of them.</summary>
internal static class Escrows
{
    public static BlockchainClient Chain(this TestProduct product) => new(product.ServiceClientOf("blockchain"));

    /// <summary>The worked example's stay, at the first Friday so many days ahead.</summary>
    public static Quote Quote(this TestProduct product, CancellationPolicy policy = CancellationPolicy.Firm, int daysAhead = 60)
    {
        var today = DateOnly.FromDateTime(product.Now.UtcDateTime);
        var friday = today.AddDays(daysAhead);
        while (friday.DayOfWeek != DayOfWeek.Friday) friday = friday.AddDays(1);
        return QuoteCalculator.Quote(WorkedExample.Listing(policy), WorkedExample.Fees, new DateRange(friday, friday.AddDays(7)), WorkedExample.Guests, today);
    }

    public static EscrowRequest Request(this TestProduct product, Quote quote, string guest, string host) =>
        new(new PaymentId(Guid.CreateVersion7()), 1, new BookingId(Guid.CreateVersion7()), quote, guest, host, product.Now.AddMinutes(15), quote.CheckOutAt.AddHours(48));

    /// <summary>Terms to pay into, by two of the demo wallets.</summary>
    public static async Task<EscrowView> OpenEscrowAsync(this TestProduct product, Quote? quote = null)
    {
        var wallets = await product.WalletsAsync();
        return (await product.Chain().OpenEscrowAsync(product.Request(quote ?? product.Quote(), wallets[0], wallets[1]), CancellationToken.None)).Value;
    }

    public static async Task<EscrowView> FundedAsync(this TestProduct product, Quote? quote = null)
    {
        var escrow = await product.OpenEscrowAsync(quote);
        await product.PayAsync(escrow);
        return await product.BecomesAsync(escrow, EscrowState.Funded);
    }

    public static Task<EscrowView> BecomesAsync(this TestProduct product, EscrowView escrow, EscrowState state) =>
        Until.HoldsAsync(async () => (await product.Chain().GetEscrowAsync(escrow.EscrowId, CancellationToken.None)).Value, e => e.State == state, $"escrow becomes {state}", seconds: 60);

    /// <summary>The facts that the module told of an escrow, in order: escrow_seen, escrow_confirmed…</summary>
    public static Task<List<string>> FactsAsync(this TestProduct product, string subject) => product.Inside<NpgsqlDataSource>("blockchain").QueryAsync(
        "select type from outbox where kind = 'event' and subject = $1 order by position", [subject], row => row.GetString(0)["estospaces.blockchain.".Length..^".v1".Length], CancellationToken.None);
}
