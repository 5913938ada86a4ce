using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Payments;

/// <summary>What an amount is made of, in minor units: whose it would be once the stay is over.</summary>
public readonly record struct MoneyParts(long HostSubtotal, long GuestFee, long GuestFeeVat, long Tax)
{
    public long Total => checked(HostSubtotal + GuestFee + GuestFeeVat + Tax);

    public static MoneyParts Of(Quote quote) => new(quote.HostSubtotalMinor, quote.GuestFeeMinor, quote.GuestFeeVatMinor, quote.TaxMinor);

    public static MoneyParts operator -(MoneyParts a, MoneyParts b) => new(a.HostSubtotal - b.HostSubtotal, a.GuestFee - b.GuestFee, a.GuestFeeVat - b.GuestFeeVat, a.Tax - b.Tax);

    public static MoneyParts operator +(MoneyParts a, MoneyParts b) => new(a.HostSubtotal + b.HostSubtotal, a.GuestFee + b.GuestFee, a.GuestFeeVat + b.GuestFeeVat, a.Tax + b.Tax);

    public bool FitsInto(MoneyParts whole) => HostSubtotal <= whole.HostSubtotal && GuestFee <= whole.GuestFee && GuestFeeVat <= whole.GuestFeeVat && Tax <= whole.Tax;

    /// <summary>A part of this amount, taken from each component by its weight. The cents that rounding leaves go to the components in their order, as far as they have any left.</summary>
    public MoneyParts Spread(long amountMinor)
    {
        if (amountMinor < 0 || amountMinor > Total) throw new ArgumentOutOfRangeException(nameof(amountMinor), amountMinor, $"of {Total}");
        if (Total == 0) return default;
        long[] whole = [HostSubtotal, GuestFee, GuestFeeVat, Tax];
        var share = new long[4];
        for (var i = 0; i < 4; i++) share[i] = (long)((decimal)whole[i] * amountMinor / Total);
        for (var (left, i) = (amountMinor - share.Sum(), 0); left > 0; i = (i + 1) % 4)
            if (share[i] < whole[i]) { share[i]++; left--; }
        return new MoneyParts(share[0], share[1], share[2], share[3]);
    }

    /// <summary>
    /// What a cancellation gives back, out of what is left: the booking's own breakdown (whose guest fee includes its VAT), and where that no longer fits, because something was refunded before, by weight.
    /// </summary>
    public MoneyParts TakeRefund(long refundMinor, RefundBreakdown breakdown, Quote quote)
    {
        var vat = Money.Portion(breakdown.GuestFeeMinor, quote.GuestFeeVatMinor, quote.GuestFeeMinor + quote.GuestFeeVatMinor);
        var asked = new MoneyParts(breakdown.HostSubtotalMinor, breakdown.GuestFeeMinor - vat, vat, breakdown.TaxMinor);
        return asked.Total == refundMinor && asked.FitsInto(this) ? asked : Spread(Math.Min(refundMinor, Total));
    }
}
