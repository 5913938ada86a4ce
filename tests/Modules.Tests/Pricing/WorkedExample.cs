using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Modules.Tests.Pricing;

/// <summary>The stay that the documentation works out to the cent: Fri 4 to Fri 11 September 2026 in Lisbon, three adults and a dog.</summary>
internal static class WorkedExample
{
    public static readonly DateRange Stay = new(new(2026, 9, 4), new(2026, 9, 11));
    public static readonly GuestParty Guests = new(Adults: 3, Pets: 1);
    public static readonly PlatformFees Fees = new();

    /// <summary>Neither early-bird nor last-minute plays a part in it.</summary>
    public static readonly DateOnly BookedOn = new(2026, 6, 1);

    public static readonly PriceRules Price = new()
    {
        Currency = "EUR", BaseNightMinor = 100_00, WeekendNightMinor = 130_00, WeeklyDiscountBps = 1_000, CleaningFeeMinor = 60_00, PetFeeMinor = 25_00,
        IncludedGuests = 2, ExtraGuestFeeMinor = 15_00, DepositMinor = 200_00, Taxes = [new("City tax", TaxKind.PerGuestNight, AmountMinor: 165)],
    };

    public static PricedListing Listing(CancellationPolicy policy = CancellationPolicy.Firm, string zone = "Europe/Lisbon") =>
        new(PropertyId.New(), UserId.New(), zone, new StayRules { MaxGuests = 4, PetsAllowed = true, CancellationPolicy = policy }, Price);

    public static Quote Quote(CancellationPolicy policy = CancellationPolicy.Firm) => QuoteCalculator.Quote(Listing(policy), Fees, Stay, Guests, BookedOn);

    /// <summary>A stay of so many nights at 100.00, from 4 September 2026, with nothing else.</summary>
    public static Quote Plain(CancellationPolicy policy, int nights, string zone = "Europe/Lisbon", DateOnly? checkIn = null, PriceRules? price = null, GuestParty? guests = null)
    {
        var from = checkIn ?? new DateOnly(2026, 9, 4);
        var listing = Listing(policy, zone) with { Price = price ?? new PriceRules { Currency = "EUR", BaseNightMinor = 100_00, CleaningFeeMinor = 40_00 } };
        return QuoteCalculator.Quote(listing, Fees, new DateRange(from, from.AddDays(nights)), guests ?? new GuestParty(2), BookedOn);
    }
}
