using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Search.Places;

namespace EstoSpaces.Search.Index;

/// <summary>A listing as the engine holds it: its snapshot, and what a scan must know without computing it each time.</summary>
internal sealed class IndexedListing
{
    private readonly Dictionary<Guid, (int Start, int End)> taken = [];

    public IndexedListing(ListingSnapshot snapshot, PlatformFees fees)
    {
        Snapshot = snapshot;
        Zone = TimeZoneInfo.TryFindSystemTimeZoneById(snapshot.TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
        AmenityBits = AmenitySet.BitsOf(snapshot.Amenities);
        CityKey = Words.Fold(snapshot.City);
        Tokens = [.. Words.Of($"{snapshot.Title} {snapshot.City} {snapshot.Region} {Wire.Name(snapshot.Type).Replace('_', ' ')}").Distinct()];
        Quality = Math.Min(1, snapshot.Images.Count / 6d) * 0.5 + Math.Min(1, snapshot.Description.Length / 400d) * 0.3 + Math.Min(1, snapshot.Amenities.Count / 12d) * 0.2;
        FromPerNightMinor = TypicalNight(snapshot, fees);
        FromPerNightReference = ReferenceRates.ToReference(FromPerNightMinor, snapshot.Price.Currency);
    }

    public ListingSnapshot Snapshot { get; }
    public TimeZoneInfo Zone { get; }
    public ulong AmenityBits { get; }
    public string CityKey { get; }
    public string[] Tokens { get; }

    /// <summary>0 to 1: pictures, text and amenities.</summary>
    public double Quality { get; }

    /// <summary>All-in price of a night in a shortest stay on weekdays: what is shown without dates.</summary>
    public long FromPerNightMinor { get; }

    public double FromPerNightReference { get; }

    public bool IsFree(int start, int end)
    {
        foreach (var (from, to) in taken.Values)
            if (from < end && start < to) return false;
        return true;
    }

    public void Take(Guid entry, DateOnly start, DateOnly end) => taken[entry] = (start.DayNumber, end.DayNumber);
    public void Free(Guid entry) => taken.Remove(entry);
    public void TakeOnly(IEnumerable<(Guid Entry, DateOnly Start, DateOnly End)> nights)
    {
        taken.Clear();
        foreach (var (entry, start, end) in nights) Take(entry, start, end);
    }

    public void TakeAllOf(IndexedListing other)
    {
        foreach (var (entry, nights) in other.taken) taken[entry] = nights;
    }

    private static long TypicalNight(ListingSnapshot snapshot, PlatformFees fees)
    {
        // From a Sunday on, with no day counted as early or late: neither weekend price nor those discounts enter while the stay is short.
        var nights = Math.Max(snapshot.Rules.MinNights, 2);
        var sunday = new DateOnly(2000, 1, 2);
        var price = snapshot.Price with { EarlyBird = null, LastMinute = null };
        return Money.Portion(QuoteCalculator.TotalOnly(price, fees, new DateRange(sunday, sunday.AddDays(nights)), new GuestParty(Math.Min(2, snapshot.Rules.MaxGuests)), sunday), 1, nights);
    }
}

/// <summary>Amenities as bits, in the order of the contract's list.</summary>
internal static class AmenitySet
{
    private static readonly Dictionary<string, int> Index = Amenities.All.Select((code, i) => (code, i)).ToDictionary(x => x.code, x => x.i, StringComparer.Ordinal);

    public static bool IsKnown(string code) => Index.ContainsKey(code);

    public static ulong BitsOf(IEnumerable<string> codes)
    {
        ulong bits = 0;
        foreach (var code in codes)
            if (Index.TryGetValue(code, out var i)) bits |= 1UL << i;
        return bits;
    }
}

/// <summary>
/// Rough worth of a currency's major unit in euros. Only for comparing listings of different currencies in filters and sorting; nobody is ever charged by it.
/// </summary>
internal static class ReferenceRates
{
    private static readonly Dictionary<string, double> Euros = new(StringComparer.Ordinal)
    {
        ["EUR"] = 1, ["USD"] = 0.92, ["GBP"] = 1.17, ["CHF"] = 1.05, ["CAD"] = 0.67, ["AUD"] = 0.6, ["NZD"] = 0.55, ["DKK"] = 0.134, ["SEK"] = 0.088, ["NOK"] = 0.086, ["CZK"] = 0.04,
        ["PLN"] = 0.23, ["HUF"] = 0.0025, ["RON"] = 0.2, ["TRY"] = 0.027, ["MAD"] = 0.093, ["ZAR"] = 0.05, ["BRL"] = 0.16, ["MXN"] = 0.05, ["ARS"] = 0.0009, ["THB"] = 0.026, ["SGD"] = 0.69,
        ["INR"] = 0.011, ["AED"] = 0.25, ["JPY"] = 0.0061, ["KRW"] = 0.00067, ["ISK"] = 0.0067,
    };

    public static double ToReference(long amountMinor, string currency) => amountMinor / Math.Pow(10, Currencies.DecimalPlaces(currency)) * Euros.GetValueOrDefault(currency, 1);
    public static long FromReference(double euros, string currency) => (long)Math.Round(euros / Euros.GetValueOrDefault(currency, 1) * Math.Pow(10, Currencies.DecimalPlaces(currency)));
}
