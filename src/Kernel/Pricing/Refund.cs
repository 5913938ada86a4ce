using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Kernel.Pricing;

/// <summary>
/// What a cancellation gives back. Reason is "grace", a tier's label, "nothing_left" after the last tier, or "host_cancelled". Until: the last instant at which that holds; null: it won't change.
/// HostKeepsMinor is what stays of the host subtotal.
/// </summary>
public sealed record RefundDecision(long RefundMinor, RefundBreakdown Breakdown, long HostKeepsMinor, string Reason, DateTimeOffset? Until);

/// <summary>Decides refunds from a frozen quote. Pure: the same quote, confirmation and time always give the same answer.</summary>
public static class Refund
{
    /// <summary>A guest cancels. <paramref name="confirmedAt"/> is null when the booking was never confirmed (then there is no grace).</summary>
    public static RefundDecision At(Quote quote, DateTimeOffset? confirmedAt, DateTimeOffset now)
    {
        if (confirmedAt is { } confirmed && confirmed <= quote.Grace.ConfirmedBefore && now <= confirmed.AddHours(quote.Grace.Hours))
            return Everything(quote, "grace", confirmed.AddHours(quote.Grace.Hours));
        foreach (var tier in quote.RefundTiers)
            if (now <= tier.Until)
                return new RefundDecision(tier.RefundMinor, new RefundBreakdown(tier.HostSubtotalRefundMinor, tier.GuestFeeRefundMinor, tier.TaxRefundMinor),
                    quote.HostSubtotalMinor - tier.HostSubtotalRefundMinor, tier.Label, tier.Until);
        return new RefundDecision(0, new RefundBreakdown(0, 0, 0), quote.HostSubtotalMinor, "nothing_left", null);
    }

    /// <summary>A host cancels: the guest gets everything, whenever it is.</summary>
    public static RefundDecision ByHost(Quote quote) => Everything(quote, "host_cancelled", null);

    /// <summary>
    /// What a cancelling host owes the platform: 10 % of the host subtotal 30 days or more before check-in, 25 % until 48 hours before, 50 % after that;
    /// at least 50 of the currency's main unit.
    /// </summary>
    public static long HostCancelFee(Quote quote, DateTimeOffset now)
    {
        var zone = ListingTime.Zone(quote.TimeZone);
        var checkIn = TimeZoneInfo.ConvertTime(quote.CheckInAt, zone);
        var thirtyDays = ListingTime.At(zone, quote.CheckIn.AddDays(-30), TimeOnly.FromDateTime(checkIn.DateTime));
        var share = now <= thirtyDays ? 1_000 : now <= quote.CheckInAt.AddHours(-48) ? 2_500 : 5_000;
        var least = 50L;
        for (var i = 0; i < Currencies.DecimalPlaces(quote.Currency); i++) least *= 10;
        return Math.Max(least, Money.Share(quote.HostSubtotalMinor, share));
    }

    /// <summary>The deposit is not among it: it was never a price.</summary>
    private static RefundDecision Everything(Quote quote, string reason, DateTimeOffset? until) => new(quote.TotalMinor,
        new RefundBreakdown(quote.HostSubtotalMinor, quote.GuestFeeMinor + quote.GuestFeeVatMinor, quote.TaxMinor), 0, reason, until);
}
