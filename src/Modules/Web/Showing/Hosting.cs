using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Web.Components.Ui;
using EstoSpaces.Web.Text;

namespace EstoSpaces.Web.Showing;

/// <summary>A host's listings, stays and money in the words of his pages, and what he types back into numbers.</summary>
public static class Hosting
{
    public static string? Picture(IReadOnlyList<ImageView> images, int width) => images.Select(i => Picture(i, width)).FirstOrDefault(u => u is not null);

    /// <summary>The rendition that is at least so wide, else the widest; null while none is made.</summary>
    public static string? Picture(ImageView image, int width) =>
        image.Urls.OrderBy(u => int.TryParse(u.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var w) ? w : int.MaxValue)
            .Where((u, at) => at == image.Urls.Count - 1 || int.TryParse(u.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var w) && w >= width).Select(u => u.Value).FirstOrDefault();

    /// <summary>What must be there before a listing may be published, in the order of its form: the service's own rule, shown before it refuses.</summary>
    public static IReadOnlyList<string> Missing(PropertyView listing)
    {
        var missing = new List<string>();
        if (listing.Description.Trim().Length < 20) missing.Add("description");
        if (listing.Beds < 1) missing.Add("beds");
        if (listing.Place is null) missing.Add("location");
        if (listing.Price is not { BaseNightMinor: > 0 }) missing.Add("price");
        if (listing.Images.Count == 0) missing.Add("images");
        return missing;
    }

    /// <summary>The section of the form where a missing thing is filled in.</summary>
    public static string SectionOf(string missing) => missing switch { "location" => "place", "price" => "price", "images" => "pictures", _ => "basics" };

    public static string StatusTone(ListingStatus status) => status switch { ListingStatus.Published => "good", ListingStatus.Unpublished => "warn", _ => "" };

    public static DateOnly Today(string? timeZone, DateTimeOffset now) => DateOnly.FromDateTime(In(timeZone, now).DateTime);

    /// <summary>4 Sept 2026, 15:00, at the home.</summary>
    public static string Moment(DateTimeOffset at, string? timeZone, Words t) => t.Moment(In(timeZone, at));

    /// <summary>The price of a night without discounts: of its date, else of the weekend, else the usual one.</summary>
    public static long NightOf(PriceRules price, DateOnly night) => price.DatePrices.TryGetValue(night, out var own) ? own
        : night.DayOfWeek is DayOfWeek.Friday or DayOfWeek.Saturday ? price.WeekendNightMinor ?? price.BaseNightMinor : price.BaseNightMinor;

    /// <summary>From what the guest pays for the home to what arrives.</summary>
    public static IReadOnlyList<PriceLine> HostLines(Quote quote, Words t) =>
        [new(t["host.line.subtotal"], quote.HostSubtotalMinor), new(t["host.line.host_fee"], -quote.HostFeeMinor, quote.HostSubtotalMinor > 0 ? t.Percent((double)quote.HostFeeMinor / quote.HostSubtotalMinor, 1) : null)];

    /// <summary>An amount as a form shows it: 120.00, without grouping.</summary>
    public static string? Typed(long? minor, string currency)
    {
        if (minor is not { } amount) return null;
        var places = Currencies.DecimalPlaces(currency);
        return (amount / (decimal)Math.Pow(10, places)).ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>What was typed into minor units. Comma and point both part the cents; false for what is no amount.</summary>
    public static bool TryMinor(string? typed, string currency, out long? minor)
    {
        minor = null;
        if (string.IsNullOrWhiteSpace(typed)) return true;
        var text = typed.Replace(" ", "", StringComparison.Ordinal).Replace("\u00a0", "", StringComparison.Ordinal).Replace("\u202f", "", StringComparison.Ordinal).Replace(',', '.');
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) || amount is < 0 or > 1_000_000_000) return false;
        var scaled = amount * (decimal)Math.Pow(10, Currencies.DecimalPlaces(currency));
        if (scaled != decimal.Truncate(scaled)) return false;
        minor = (long)scaled;
        return true;
    }

    public static int? Whole(string? typed) => int.TryParse(typed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static double? Decimal(string? typed) => double.TryParse(typed?.Replace(',', '.'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static DateOnly? Date(string? typed) => DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>12.5 (percent) into basis points.</summary>
    public static int? BasisPoints(string? typed) => Decimal(typed) is { } percent ? (int)Math.Round(percent * 100) : null;

    public static string? Percent(int basisPoints) => basisPoints == 0 ? null : (basisPoints / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>All countries, by their names in the page's language.</summary>
    public static IReadOnlyList<ChoiceOption> Countries(Words t) => Lists.GetOrAdd(t.Language, _ =>
        [.. t.Keys.Where(k => k.StartsWith("country.", StringComparison.Ordinal) && k.Length == 10).Select(k => new ChoiceOption(k[8..], t[k])).OrderBy(o => o.Label, StringComparer.Create(t.Culture, true))]);

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, IReadOnlyList<ChoiceOption>> Lists = new();

    private static DateTimeOffset In(string? timeZone, DateTimeOffset at) => timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? TimeZoneInfo.ConvertTime(at, zone) : at;
}
