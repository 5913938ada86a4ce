using System.Globalization;
using System.IO.Compression;

namespace EstoSpaces.Search.Places;

/// <summary>A town as people know it.</summary>
internal sealed record Place(string Name, string Country, double Latitude, double Longitude, int Population, string Key);

/// <summary>Real place names with their positions: some 14,000 towns of 30,000 people and more, and capitals (GeoNames, CC BY 4.0). The largest of a name comes first.</summary>
internal sealed class Gazetteer
{
    private readonly Lazy<Place[]> places = new(Load);

    public IReadOnlyList<Place> All => places.Value;

    /// <summary>The place that a text names: "Lisbon", "Lisbon, PT" or "Lisbon, Portugal".</summary>
    public Place? Find(string text)
    {
        var parts = text.Split(',', 2, StringSplitOptions.TrimEntries);
        var key = Words.Fold(parts[0]);
        var country = parts.Length > 1 ? parts[1] : null;
        Place? first = null;
        foreach (var place in places.Value)
        {
            if (place.Key != key) continue;
            first ??= place;
            if (country is null || place.Country.Equals(country, StringComparison.OrdinalIgnoreCase) || Words.Fold(Countries.Name(place.Country)) == Words.Fold(country)) return place;
        }
        return first;
    }

    private static Place[] Load()
    {
        using var packed = typeof(Gazetteer).Assembly.GetManifestResourceStream("places.tsv.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        var loaded = new List<Place>(15_000);
        while (reader.ReadLine() is { } line)
            if (line.Split('\t') is [var name, var country, var latitude, var longitude, var population])
                loaded.Add(new Place(name, country, double.Parse(latitude, CultureInfo.InvariantCulture), double.Parse(longitude, CultureInfo.InvariantCulture), int.Parse(population, CultureInfo.InvariantCulture), Words.Fold(name)));
        return [.. loaded];
    }
}

/// <summary>English names of countries by ISO code.</summary>
internal static class Countries
{
    public static string Name(string code)
    {
        try { return new RegionInfo(code).EnglishName; }
        catch (ArgumentException) { return code; }
    }
}
