using System.Numerics;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Kernel.Pricing;

/// <summary>
/// One tier of the escrow contract's refund table: until and including Until (Unix seconds) the guest gets ToGuestMinor back and the host ToHostMinor, his fee already taken; the rest is the platform's.
/// Amounts are in the minor unit of the quote's currency.
/// </summary>
public readonly record struct EscrowTier(long Until, long ToGuestMinor, long ToHostMinor)
{
    /// <summary>The tier as the contract's 256-bit word: until in the upper 64 bits, then 96 bits for the guest and 96 for the host.</summary>
    public BigInteger Word => (new BigInteger(Until) << 192) | (new BigInteger(ToGuestMinor) << 96) | new BigInteger(ToHostMinor);
}

/// <summary>
/// A frozen quote as the escrow contract has it. The contract multiplies minor units by a whole number of wei, so it gives back to the minor unit what <see cref="Refund.At"/> says.
/// contracts/README.md explains the encoding; contracts/vectors/refunds.json is what both sides are tested with.
/// </summary>
public static class EscrowTable
{
    private static readonly BigInteger WeiPerEther = BigInteger.Pow(10, 18);

    /// <summary>
    /// Wei per minor unit at a price of one ether in the currency's main unit ("3000.00" EUR): 10^18 / price in minor units, rounded half up. The only rounding there is: less than one part in
    /// a billion. Throws <see cref="ArgumentOutOfRangeException"/> for a price that isn't above zero.
    /// </summary>
    public static BigInteger WeiPerMinor(decimal etherPrice, string currency)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(etherPrice);
        // price = mantissa / 10^scale main units = mantissa * 10^places / 10^scale minor units.
        var scale = (decimal.GetBits(etherPrice)[3] >> 16) & 0xff;
        var (dividend, divisor) = (WeiPerEther * BigInteger.Pow(10, scale), Mantissa(etherPrice) * BigInteger.Pow(10, Currencies.DecimalPlaces(currency)));
        return ((2 * dividend) + divisor) / (2 * divisor);
    }

    /// <summary>The refund table, in the order of time. After the last tier the guest gets nothing and the host his payout.</summary>
    public static IReadOnlyList<EscrowTier> Tiers(Quote quote)
    {
        var tiers = new EscrowTier[quote.RefundTiers.Count];
        for (var i = 0; i < tiers.Length; i++)
        {
            var tier = quote.RefundTiers[i];
            tiers[i] = new EscrowTier(tier.Until.ToUnixTimeSeconds(), tier.RefundMinor, HostPart(quote, quote.HostSubtotalMinor - tier.HostSubtotalRefundMinor));
        }
        return tiers;
    }

    /// <summary>What of the host subtotal that is kept goes to the host: all but his fee's share of it, as when a card payment is settled.</summary>
    public static long HostPart(Quote quote, long keptMinor) => keptMinor - Money.Portion(quote.HostFeeMinor, keptMinor, quote.HostSubtotalMinor);

    private static BigInteger Mantissa(decimal value)
    {
        var bits = decimal.GetBits(value);
        return (new BigInteger((uint)bits[2]) << 64) | (new BigInteger((uint)bits[1]) << 32) | new BigInteger((uint)bits[0]);
    }
}
