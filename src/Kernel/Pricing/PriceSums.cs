using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Kernel.Pricing;

/// <summary>The length discount that a stay gets: at most one.</summary>
public enum LengthDiscount { None, Monthly, Weekly, EarlyBird, LastMinute }

/// <summary>
/// The price of a stay as its sums, in minor units: everything of a quote but its wording. Computing it allocates nothing, so that search can price every candidate
/// with the very code that makes the quote. Percentages are rounded half away from zero, each line for itself.
/// </summary>
public readonly record struct PriceSums
{
    public int Nights { get; private init; }
    public long NightsMinor { get; private init; }
    public LengthDiscount Discount { get; private init; }

    /// <summary>What the discount takes off: zero or more.</summary>
    public long DiscountMinor { get; private init; }

    public long CleaningMinor { get; private init; }

    /// <summary>Guests above the included number.</summary>
    public int ExtraGuests { get; private init; }

    public long ExtraGuestMinor { get; private init; }
    public long PetMinor { get; private init; }
    public long HostSubtotalMinor { get; private init; }
    public long GuestFeeMinor { get; private init; }
    public long GuestFeeVatMinor { get; private init; }
    public long TaxMinor { get; private init; }
    public long TotalMinor => HostSubtotalMinor + GuestFeeMinor + GuestFeeVatMinor + TaxMinor;

    /// <param name="price">The listing's prices.</param>
    /// <param name="fees">What the platform adds.</param>
    /// <param name="stay">At least one night.</param>
    /// <param name="guests">Who comes.</param>
    /// <param name="today">The calendar date at the listing: early-bird and last-minute count from it.</param>
    public static PriceSums Of(PriceRules price, PlatformFees fees, DateRange stay, GuestParty guests, DateOnly today)
    {
        var nights = stay.Nights;
        ArgumentOutOfRangeException.ThrowIfLessThan(nights, 1, nameof(stay));
        var nightsMinor = SumOfNights(price, stay);
        var (discount, discountBps) = BestDiscount(price, nights, stay.CheckIn.DayNumber - today.DayNumber);
        var extraGuests = price.ExtraGuestFeeMinor == 0 ? 0 : Math.Max(0, guests.Counted - price.IncludedGuests);
        var sums = new PriceSums
        {
            Nights = nights,
            NightsMinor = nightsMinor,
            Discount = discount,
            DiscountMinor = Money.Share(nightsMinor, discountBps),
            CleaningMinor = price.CleaningFeeMinor,
            ExtraGuests = extraGuests,
            ExtraGuestMinor = checked(price.ExtraGuestFeeMinor * extraGuests * nights),
            PetMinor = guests.Pets > 0 ? price.PetFeeMinor : 0,
        };
        var subtotal = checked(sums.NightsMinor - sums.DiscountMinor + sums.CleaningMinor + sums.ExtraGuestMinor + sums.PetMinor);
        var guestFee = Money.Share(subtotal, fees.GuestFeeBps);
        sums = sums with { HostSubtotalMinor = subtotal, GuestFeeMinor = guestFee, GuestFeeVatMinor = Money.Share(guestFee, fees.GuestFeeVatBps) };
        var tax = 0L;
        for (var i = 0; i < price.Taxes.Count; i++) tax = checked(tax + sums.Tax(price.Taxes[i], guests).AmountMinor);
        return sums with { TaxMinor = tax };
    }

    /// <summary>One night: the date's own price, else the weekend's (Friday and Saturday nights), else the base.</summary>
    public static long Night(PriceRules price, DateOnly date, out string reason)
    {
        if (price.DatePrices.TryGetValue(date, out var own)) { reason = "date"; return own; }
        if (price.WeekendNightMinor is { } weekend && IsWeekend(date)) { reason = "weekend"; return weekend; }
        reason = "base";
        return price.BaseNightMinor;
    }

    /// <summary>One local tax of this stay, with what it is counted by (null for percentages).</summary>
    public (int? Quantity, long AmountMinor) Tax(TaxRule tax, GuestParty guests)
    {
        if (Nights >= tax.ExemptFromNights) return (null, 0);
        var taxedNights = Math.Min(Nights, tax.MaxNights ?? Nights);
        int? quantity = tax.Kind switch { TaxKind.PerNight => taxedNights, TaxKind.PerGuestNight => taxedNights * guests.Adults, _ => null };
        var amount = quantity is { } count ? checked(tax.AmountMinor * count) : Percentage(tax, taxedNights);
        return tax.MaxAmountMinor is { } cap && amount > cap ? (null, cap) : (quantity, amount);
    }

    private long Percentage(TaxRule tax, int taxedNights)
    {
        var of = tax.TaxBase switch
        {
            TaxBase.Nights => NightsMinor - DiscountMinor,
            TaxBase.HostSubtotal => HostSubtotalMinor,
            _ => HostSubtotalMinor + GuestFeeMinor + GuestFeeVatMinor,
        };
        return taxedNights == Nights ? Money.Share(of, tax.RateBps)
            : (long)decimal.Round((decimal)of * taxedNights * tax.RateBps / (Nights * 10_000m), 0, MidpointRounding.AwayFromZero);
    }

    private static long SumOfNights(PriceRules price, DateRange stay)
    {
        if (price.DatePrices.Count > 0)
        {
            var sum = 0L;
            for (var night = stay.CheckIn; night < stay.CheckOut; night = night.AddDays(1)) sum = checked(sum + Night(price, night, out _));
            return sum;
        }
        if (price.WeekendNightMinor is not { } weekend) return checked(price.BaseNightMinor * stay.Nights);
        var weekends = stay.Nights / 7 * 2;
        for (var night = stay.CheckIn.AddDays(stay.Nights / 7 * 7); night < stay.CheckOut; night = night.AddDays(1))
            if (IsWeekend(night)) weekends++;
        return checked(weekend * weekends + price.BaseNightMinor * (stay.Nights - weekends));
    }

    private static bool IsWeekend(DateOnly night) => night.DayOfWeek is DayOfWeek.Friday or DayOfWeek.Saturday;

    /// <summary>The largest that fits. Of equal ones the first named here wins, which changes a label and no amount.</summary>
    private static (LengthDiscount Kind, int Bps) BestDiscount(PriceRules price, int nights, int daysAhead)
    {
        var best = (Kind: LengthDiscount.None, Bps: 0);
        if (nights >= 28 && price.MonthlyDiscountBps > best.Bps) best = (LengthDiscount.Monthly, price.MonthlyDiscountBps);
        if (nights >= 7 && price.WeeklyDiscountBps > best.Bps) best = (LengthDiscount.Weekly, price.WeeklyDiscountBps);
        if (price.EarlyBird is { } early && daysAhead >= early.DaysBefore && early.DiscountBps > best.Bps) best = (LengthDiscount.EarlyBird, early.DiscountBps);
        if (price.LastMinute is { } late && daysAhead <= late.DaysBefore && late.DiscountBps > best.Bps) best = (LengthDiscount.LastMinute, late.DiscountBps);
        return best;
    }
}
