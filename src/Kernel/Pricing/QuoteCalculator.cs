using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Kernel.Pricing;

/// <summary>What a listing must say of itself to be priced.</summary>
public sealed record PricedListing(PropertyId Id, UserId HostId, string TimeZone, StayRules Rules, PriceRules Price);

/// <summary>
/// The one place where stays are priced: listing, dates, guests and today's date at the listing make a frozen quote. Pure; docs/pricing.md has the order and worked examples.
/// It doesn't ask whether the stay is allowed (<see cref="StayLimits"/>) or free (bookings).
/// </summary>
public static class QuoteCalculator
{
    /// <summary>The fees of this installation, from GUEST_FEE_BPS, HOST_FEE_BPS and GUEST_FEE_VAT_BPS.</summary>
    public static PlatformFees FeesOf(Settings settings) => new(settings.Int("GUEST_FEE_BPS"), settings.Int("HOST_FEE_BPS"), settings.Int("GUEST_FEE_VAT_BPS"));

    /// <summary>The whole quote, frozen: lines, refund tiers with their instants, and the hash of all that binds.</summary>
    public static Quote Quote(PricedListing listing, PlatformFees fees, DateRange stay, GuestParty guests, DateOnly today)
    {
        var (price, zone) = (listing.Price, ListingTime.Zone(listing.TimeZone));
        var sums = PriceSums.Of(price, fees, stay, guests, today);
        var nights = new NightPrice[sums.Nights];
        for (var i = 0; i < nights.Length; i++)
        {
            var date = stay.CheckIn.AddDays(i);
            nights[i] = new NightPrice(date, PriceSums.Night(price, date, out var reason), reason);
        }
        var hostFee = Money.Share(sums.HostSubtotalMinor, fees.HostFeeBps);
        var quote = new Quote
        {
            PropertyId = listing.Id,
            HostId = listing.HostId,
            CheckIn = stay.CheckIn,
            CheckOut = stay.CheckOut,
            Nights = sums.Nights,
            Guests = guests,
            Currency = price.Currency,
            NightPrices = nights,
            Lines = Lines(price, sums, nights, guests),
            HostSubtotalMinor = sums.HostSubtotalMinor,
            GuestFeeMinor = sums.GuestFeeMinor,
            GuestFeeVatMinor = sums.GuestFeeVatMinor,
            TaxMinor = sums.TaxMinor,
            TotalMinor = sums.TotalMinor,
            DepositMinor = price.DepositMinor,
            HostFeeMinor = hostFee,
            PayoutMinor = sums.HostSubtotalMinor - hostFee,
            Policy = RefundSchedule.PolicyFor(listing.Rules.CancellationPolicy, sums.Nights),
            CheckInAt = ListingTime.CheckIn(zone, listing.Rules, stay.CheckIn),
            CheckOutAt = ListingTime.CheckOut(zone, listing.Rules, stay.CheckOut),
            TimeZone = listing.TimeZone,
            RefundTiers = [],
            Grace = RefundSchedule.Grace(zone, listing.Rules, stay.CheckIn),
            Hash = "",
        };
        quote = quote with { RefundTiers = RefundSchedule.Tiers(quote, zone, listing.Rules.CheckInTime) };
        return quote with { Hash = QuoteHash.Of(quote) };
    }

    /// <summary>The all-in total of the quote, and nothing else: the same number, without allocating. For search.</summary>
    public static long TotalOnly(PriceRules price, PlatformFees fees, DateRange stay, GuestParty guests, DateOnly today) =>
        PriceSums.Of(price, fees, stay, guests, today).TotalMinor;

    private static List<QuoteLine> Lines(PriceRules price, PriceSums sums, NightPrice[] nights, GuestParty guests)
    {
        var onePrice = nights.All(n => n.AmountMinor == nights[0].AmountMinor);
        var lines = new List<QuoteLine>(8) { new(QuoteLineKind.Nights, null, sums.Nights, onePrice ? nights[0].AmountMinor : null, sums.NightsMinor) };
        Add(QuoteLineKind.LengthDiscount, Wire.Name(sums.Discount), null, null, -sums.DiscountMinor);
        Add(QuoteLineKind.CleaningFee, null, null, null, sums.CleaningMinor);
        Add(QuoteLineKind.ExtraGuestFee, null, sums.ExtraGuests * sums.Nights, price.ExtraGuestFeeMinor, sums.ExtraGuestMinor);
        Add(QuoteLineKind.PetFee, null, null, null, sums.PetMinor);
        Add(QuoteLineKind.GuestFee, null, null, null, sums.GuestFeeMinor);
        Add(QuoteLineKind.GuestFeeVat, null, null, null, sums.GuestFeeVatMinor);
        foreach (var tax in price.Taxes)
        {
            var (quantity, amount) = sums.Tax(tax, guests);
            Add(QuoteLineKind.Tax, tax.Name, quantity, quantity is null ? null : tax.AmountMinor, amount);
        }
        return lines;

        void Add(QuoteLineKind kind, string? label, int? quantity, long? unit, long amount)
        {
            if (amount != 0) lines.Add(new QuoteLine(kind, label, quantity, unit, amount));
        }
    }
}
