using System.Globalization;
using System.Numerics;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Modules.Tests.Pricing;

/// <summary>Quotes of every policy, with what a card's cancellation gives at every edge of their tiers: contracts/vectors/refunds.json, with which the contract is tested too.</summary>
internal static class EscrowVectors
{
    /// <summary>A cancellation: when the deposit was made, when it was cancelled, and who gets what.</summary>
    public sealed record Sample(long FundedAt, long CancelledAt, long ToGuestMinor, long ToHostMinor);

    /// <summary>A quote as the contract's terms have it.</summary>
    public sealed record Case(string Name, string Currency, string EtherPrice, string WeiPerMinor, long TotalMinor, long PayoutMinor, long GraceBefore, long GraceSeconds, long CheckIn, long CheckOut,
        IReadOnlyList<string> Tiers, IReadOnlyList<Sample> Samples);

    public static IEnumerable<Case> All()
    {
        foreach (var policy in Enum.GetValues<CancellationPolicy>())
        {
            yield return Of($"{policy}, the worked example", WorkedExample.Quote(policy), 3_000.00m);
            yield return Of($"{policy}, one night", WorkedExample.Plain(policy, 1), 2_718.28m);
            yield return Of($"{policy}, over the end of summer time", WorkedExample.Plain(policy, 9, checkIn: new DateOnly(2026, 10, 21), price: Taxed("EUR")), 1_999.99m);
            yield return Of($"{policy}, in yen", WorkedExample.Plain(policy, 5, "Asia/Tokyo", price: Taxed("JPY")), 467_123m);
        }
        yield return Of("Flexible, 27 nights", WorkedExample.Plain(CancellationPolicy.Flexible, 27, price: Taxed("USD")), 3_141.5926m);
        yield return Of("Moderate, 45 nights: long stay", WorkedExample.Plain(CancellationPolicy.Moderate, 45, price: Taxed("GBP")), 2_345.67m);
        yield return Of("Moderate, odd cents", WorkedExample.Plain(CancellationPolicy.Moderate, 3, price: new PriceRules { Currency = "EUR", BaseNightMinor = 33_33, WeekendNightMinor = 77_77, CleaningFeeMinor = 1 }), 100_000.01m);
    }

    private static PriceRules Taxed(string currency) => new()
    {
        Currency = currency, BaseNightMinor = 91_37, WeekendNightMinor = 113_11, CleaningFeeMinor = 47_01, WeeklyDiscountBps = 733,
        Taxes = [new("City tax", TaxKind.PerGuestNight, AmountMinor: 133), new("Stay tax", TaxKind.Percent, 575, TaxBase: TaxBase.HostSubtotal)],
    };

    private static Case Of(string name, Quote quote, decimal etherPrice)
    {
        var tiers = EscrowTable.Tiers(quote);
        var early = quote.Grace.ConfirmedBefore.ToUnixTimeSeconds();
        var samples = new List<Sample>();
        // A deposit in the last second for grace, the first after it, and one long before.
        foreach (var funded in (long[])[early - (40 * 86_400), early, early + 1])
        {
            var times = new SortedSet<long> { funded, funded + 86_400, funded + 86_401, quote.CheckInAt.ToUnixTimeSeconds(), quote.CheckOutAt.ToUnixTimeSeconds() - 1 };
            if (funded == early + 1 || tiers.Count < 10)
                foreach (var tier in tiers)
                    for (var near = -1; near <= 1; near++) times.Add(tier.Until + near);
            foreach (var time in times)
                if (time >= funded) samples.Add(Cancel(quote, funded, time));
        }
        return new Case(name, quote.Currency, etherPrice.ToString(CultureInfo.InvariantCulture), EscrowTable.WeiPerMinor(etherPrice, quote.Currency).ToString(CultureInfo.InvariantCulture),
            quote.TotalMinor, quote.PayoutMinor, early, quote.Grace.Hours * 3_600L, quote.CheckInAt.ToUnixTimeSeconds(), quote.CheckOutAt.ToUnixTimeSeconds(),
            [.. tiers.Select(t => "0x" + t.Word.ToString("x64", CultureInfo.InvariantCulture)[^64..])], samples);
    }

    /// <summary>What the card road gives: the refund, and of what the host keeps his part when the rest is settled.</summary>
    private static Sample Cancel(Quote quote, long funded, long time)
    {
        var refund = Refund.At(quote, DateTimeOffset.FromUnixTimeSeconds(funded), DateTimeOffset.FromUnixTimeSeconds(time));
        return new Sample(funded, time, refund.RefundMinor, EscrowTable.HostPart(quote, refund.HostKeepsMinor));
    }
}
