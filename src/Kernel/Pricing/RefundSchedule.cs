using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Kernel.Pricing;

/// <summary>
/// Makes the refund tiers of a quote: what a cancellation gives back until when, by the six cancellation policies. How each sentence of the policies is read stands in docs/pricing.md.
/// "N days before" is the check-in's wall-clock time N calendar days earlier in the listing's zone; "24 h" is elapsed time.
/// </summary>
public static class RefundSchedule
{
    public const int LongStayNights = 28;

    /// <summary>Stays of 28 nights or more go by the long-stay policy, whatever the listing's is.</summary>
    public static CancellationPolicy PolicyFor(CancellationPolicy listing, int nights) => nights >= LongStayNights ? CancellationPolicy.LongStay : listing;

    /// <summary>Everything back within 24 h of confirmation, if that was seven days or more before check-in.</summary>
    public static RefundGrace Grace(TimeZoneInfo zone, StayRules rules, DateOnly checkIn) => new(24, ListingTime.At(zone, checkIn.AddDays(-7), rules.CheckInTime));

    /// <summary>The tiers in the order of time, the quote's sums and dates being set. Neighbours that give back the same are one; after the last nothing comes back.</summary>
    public static IReadOnlyList<RefundTier> Tiers(Quote quote, TimeZoneInfo zone, TimeOnly checkInTime)
    {
        var tiers = new List<RefundTier>();
        var host = new HostShare(quote);
        foreach (var (until, keeps, label) in BeforeCheckIn(quote, host, zone, checkInTime)) Add(until, keeps, 0, label);
        // From check-in on every night that has begun counts as stayed, until the last one has.
        for (var stayed = 1; stayed < quote.Nights; stayed++)
            Add(ListingTime.At(zone, quote.CheckIn.AddDays(stayed), checkInTime), host.KeptAfterCheckIn(quote.Policy, stayed), stayed, "nights_stayed");
        while (tiers is [.., { RefundMinor: 0 }]) tiers.RemoveAt(tiers.Count - 1);
        return tiers;

        void Add(DateTimeOffset until, long hostKeeps, int stayed, string label)
        {
            var (back, tax) = (quote.HostSubtotalMinor - hostKeeps, UnusedTax(quote, stayed));
            if (tiers is [.., { } last] && last.HostSubtotalRefundMinor == back && last.TaxRefundMinor == tax) tiers[^1] = last with { Until = until };
            else tiers.Add(new RefundTier(until, back + tax, back, 0, tax, label));
        }
    }

    private static IEnumerable<(DateTimeOffset Until, long HostKeeps, string Label)> BeforeCheckIn(Quote quote, HostShare host, TimeZoneInfo zone, TimeOnly checkInTime)
    {
        var (all, half) = (quote.HostSubtotalMinor, Money.Share(quote.HostSubtotalMinor, 5_000));
        return quote.Policy switch
        {
            CancellationPolicy.Flexible => [(quote.CheckInAt.AddHours(-24), 0, "full"), (quote.CheckInAt, host.Nights(1), "first_night_kept")],
            CancellationPolicy.Moderate => [(Days(5), 0, "full"), (quote.CheckInAt, host.NightsAndHalfOfRest(1), "first_night_and_half_kept")],
            CancellationPolicy.Limited => [(Days(14), 0, "full"), (Days(7), half, "half_kept"), (quote.CheckInAt, all, "all_kept")],
            CancellationPolicy.Firm => [(Days(30), 0, "full"), (Days(7), half, "half_kept"), (quote.CheckInAt, all, "all_kept")],
            CancellationPolicy.Strict => [(Days(7), half, "half_kept"), (quote.CheckInAt, all, "all_kept")],
            _ => new (DateTimeOffset, long, string)[] { (Days(30), 0, "full"), (quote.CheckInAt, host.Nights(30), "next_nights_kept") },
        };

        DateTimeOffset Days(int before) => ListingTime.At(zone, quote.CheckIn.AddDays(-before), checkInTime);
    }

    /// <summary>Taxes on the nights that nobody stays, a share of each tax line.</summary>
    private static long UnusedTax(Quote quote, int stayed)
    {
        var back = 0L;
        foreach (var line in quote.Lines)
            if (line.Kind == QuoteLineKind.Tax) back += line.AmountMinor - Money.Portion(line.AmountMinor, stayed, quote.Nights);
        return back;
    }

    /// <summary>What of the host subtotal belongs to which nights. The length discount lies on the nights in proportion to their prices; extra guests count per night.</summary>
    private sealed class HostShare
    {
        private readonly long[] upTo;
        private readonly long perStay;

        public HostShare(Quote quote)
        {
            long discount = 0, extra = 0, nights = 0;
            foreach (var line in quote.Lines)
                switch (line.Kind)
                {
                    case QuoteLineKind.Nights: nights = line.AmountMinor; break;
                    case QuoteLineKind.LengthDiscount: discount = -line.AmountMinor; break;
                    case QuoteLineKind.ExtraGuestFee: extra = line.AmountMinor / quote.Nights; break;
                    case QuoteLineKind.CleaningFee or QuoteLineKind.PetFee: perStay += line.AmountMinor; break;
                }
            upTo = new long[quote.Nights + 1];
            var sum = 0L;
            for (var n = 1; n <= quote.Nights; n++)
            {
                sum += quote.NightPrices[n - 1].AmountMinor;
                upTo[n] = sum - Money.Portion(discount, sum, nights) + extra * n;
            }
        }

        /// <summary>The first nights of the stay, or all of them.</summary>
        public long Nights(int count) => upTo[Math.Min(count, upTo.Length - 1)];

        /// <summary>The first nights and half of what the others cost.</summary>
        public long NightsAndHalfOfRest(int count) => Nights(count) + Money.Share(upTo[^1] - Nights(count), 5_000);

        /// <summary>Cleaning and pets are the host's once the guest is in; before, they belong to what a policy of nights gives back.</summary>
        public long KeptAfterCheckIn(CancellationPolicy policy, int stayed) => perStay + policy switch
        {
            CancellationPolicy.Flexible => Nights(stayed + 1),
            CancellationPolicy.Moderate => NightsAndHalfOfRest(stayed + 1),
            CancellationPolicy.LongStay => Nights(stayed + 30),
            _ => upTo[^1],
        };
    }
}
