using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Properties;

/// <summary>Quotes of this installation: its fees, and today's date at each listing.</summary>
public sealed class Quotes(Settings settings, TimeProvider clock)
{
    private readonly PlatformFees fees = QuoteCalculator.FeesOf(settings);

    public Result<Quote> Make(PropertyView listing, DateRange stay, GuestParty guests)
    {
        if (listing.Price is not { } price || listing.TimeZone is not { } zone) return PropertyRefusals.NotPriced;
        var today = ListingTime.Today(ListingTime.Zone(zone), clock.GetUtcNow());
        if (StayLimits.Check(listing.Rules, stay, guests, today) is { } refusal) return refusal;
        return QuoteCalculator.Quote(new PricedListing(listing.Id, listing.HostId, zone, listing.Rules, price), fees, stay, guests, today);
    }
}
