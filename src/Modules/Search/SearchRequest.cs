using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Search.Index;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Search;

internal enum SearchSort { Relevance, Price, PriceDescending, Rating, Distance }

/// <summary>A point and how far around it.</summary>
internal readonly record struct Circle(double Latitude, double Longitude, double RadiusKm);

/// <summary>Degrees: west may be greater than east across the date line.</summary>
internal readonly record struct Box(double West, double South, double East, double North)
{
    public bool Contains(double latitude, double longitude) =>
        latitude >= South && latitude <= North && (West <= East ? longitude >= West && longitude <= East : longitude >= West || longitude <= East);
}

/// <summary>
/// What is searched for, from the query string: q, place, box=west,south,east,north, lat, lng, radius_km, polygon=lat,lng;lat,lng;…, check_in, check_out, adults, children, infants, pets,
/// min_price and max_price (minor units of `currency`, all-in: of the stay with dates, of a night without), types, amenities, bedrooms, beds, bathrooms, instant_book, policies, sort, limit, cursor, explain.
/// </summary>
internal sealed record SearchRequest
{
    public const int MaxLimit = 100;

    public string? Query { get; private init; }
    public string? Place { get; private init; }
    public Box? Box { get; private init; }
    public Circle? Around { get; private init; }
    public (double Latitude, double Longitude)[]? Polygon { get; private init; }
    public DateRange? Stay { get; private init; }
    public GuestParty Guests { get; private init; } = new(1);
    public double? MinPriceReference { get; private init; }
    public double? MaxPriceReference { get; private init; }
    public string Currency { get; private init; } = "EUR";
    public IReadOnlySet<PropertyType>? Types { get; private init; }
    public ulong AmenityBits { get; private init; }
    public int Bedrooms { get; private init; }
    public int Beds { get; private init; }
    public decimal Bathrooms { get; private init; }
    public bool InstantBook { get; private init; }
    public IReadOnlySet<CancellationPolicy>? Policies { get; private init; }
    public SearchSort Sort { get; private init; }
    public int Limit { get; private init; } = 24;
    public int Offset { get; private init; }
    public bool Explain { get; private init; }

    /// <summary>Reads the query string; the first thing that is wrong is the refusal.</summary>
    public static Result<SearchRequest> Read(IQueryCollection query)
    {
        var reader = new QueryReader(query);
        var stay = reader.Stay();
        var request = new SearchRequest
        {
            Query = reader.Text("q", 200),
            Place = reader.Text("place", 200),
            Box = reader.Numbers("box", 4) is [var west, var south, var east, var north] ? new Box(west, south, east, north) : null,
            Around = reader.Number("lat", -90, 90) is { } latitude && reader.Number("lng", -180, 180) is { } longitude ? new Circle(latitude, longitude, reader.Number("radius_km", 0.1, 1000) ?? 25) : null,
            Polygon = reader.Polygon("polygon"),
            Stay = stay,
            Guests = new GuestParty(reader.Whole("adults", 1, 50) ?? 1, reader.Whole("children", 0, 50) ?? 0, reader.Whole("infants", 0, 20) ?? 0, reader.Whole("pets", 0, 10) ?? 0),
            Currency = reader.Currency("currency"),
            Types = reader.Set<PropertyType>("types"),
            AmenityBits = reader.Amenities("amenities"),
            Bedrooms = reader.Whole("bedrooms", 0, 50) ?? 0,
            Beds = reader.Whole("beds", 0, 50) ?? 0,
            Bathrooms = (decimal)(reader.Number("bathrooms", 0, 50) ?? 0),
            InstantBook = reader.Flag("instant_book"),
            Policies = reader.Set<CancellationPolicy>("policies"),
            Sort = reader.Sort("sort"),
            Limit = reader.Whole("limit", 1, MaxLimit) ?? 24,
            Offset = reader.Cursor("cursor"),
            Explain = reader.Flag("explain"),
        };
        request = request with
        {
            MinPriceReference = reader.Whole("min_price", 0, int.MaxValue) is { } min ? ReferenceRates.ToReference(min, request.Currency) : null,
            MaxPriceReference = reader.Whole("max_price", 0, int.MaxValue) is { } max ? ReferenceRates.ToReference(max, request.Currency) : null,
        };
        if (request.Sort == SearchSort.Distance && request.Around is null && request.Place is null) reader.Refuse("sort_needs_point", "Sorting by distance needs lat and lng, or a place.", "sort");
        return reader.Refusal is { } refusal ? refusal : request;
    }

    /// <summary>Reads one parameter after the other and keeps the first refusal.</summary>
    private sealed class QueryReader(IQueryCollection query)
    {
        public Refusal? Refusal { get; private set; }

        public void Refuse(string code, string message, string param) => Refusal ??= Contracts.Refusal.Invalid(code, message, param);

        public string? Text(string name, int max)
        {
            var text = query[name].ToString().Trim();
            if (text.Length > max) Refuse("field_length", $"{name} may have {max} characters at most.", name);
            return text.Length == 0 ? null : text;
        }

        public int? Whole(string name, int min, int max)
        {
            if (Text(name, 20) is not { } text) return null;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
            Refuse("field_range", $"{name} must be a whole number from {min} to {max}.", name);
            return null;
        }

        public double? Number(string name, double min, double max)
        {
            if (Text(name, 40) is not { } text) return null;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
            Refuse("field_range", $"{name} must be a number from {min} to {max}.", name);
            return null;
        }

        public double[]? Numbers(string name, int count)
        {
            if (Text(name, 200) is not { } text) return null;
            var numbers = text.Split(',').Select(t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && double.IsFinite(n) ? n : double.NaN).ToArray();
            if (numbers.Length == count && !numbers.Any(double.IsNaN)) return numbers;
            Refuse("field_invalid", $"{name} must be {count} numbers with commas between them.", name);
            return null;
        }

        public (double, double)[]? Polygon(string name)
        {
            if (Text(name, 4_000) is not { } text) return null;
            var points = text.Split(';').Select(p => p.Split(',')).ToArray();
            if (points.Length is >= 3 and <= 200 && points.All(p => p.Length == 2 && double.TryParse(p[0], NumberStyles.Float, CultureInfo.InvariantCulture, out _) && double.TryParse(p[1], NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
                return [.. points.Select(p => (double.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture)))];
            Refuse("field_invalid", $"{name} must be 3 to 200 points lat,lng with semicolons between them.", name);
            return null;
        }

        public DateRange? Stay()
        {
            var (checkIn, checkOut) = (Date("check_in"), Date("check_out"));
            if (checkIn is null && checkOut is null) return null;
            if (checkIn is null || checkOut is null)
            {
                Refuse("field_required", "Send check_in and check_out, or neither.", checkIn is null ? "check_in" : "check_out");
                return null;
            }
            if (checkOut <= checkIn || checkOut.Value.DayNumber - checkIn.Value.DayNumber > 365)
            {
                Refuse("check_out_before_check_in", "check_out must be after check_in, by a year at most.", "check_out");
                return null;
            }
            return new DateRange(checkIn.Value, checkOut.Value);
        }

        private DateOnly? Date(string name)
        {
            if (Text(name, 20) is not { } text) return null;
            if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
            Refuse("field_invalid", $"{name} must be a date such as 2026-09-04.", name);
            return null;
        }

        public bool Flag(string name) => query[name].ToString() is "true" or "1" or "on";

        public string Currency(string name)
        {
            var code = Text(name, 3)?.ToUpperInvariant() ?? "EUR";
            if (!Currencies.IsKnown(code)) Refuse("currency_unknown", $"{code} is not a currency that is used here.", name);
            return code;
        }

        public ulong Amenities(string name)
        {
            var codes = List(name);
            if (codes.FirstOrDefault(c => !AmenitySet.IsKnown(c)) is { } unknown) Refuse("amenity_unknown", $"There is no amenity {unknown}.", name);
            return AmenitySet.BitsOf(codes);
        }

        public IReadOnlySet<TEnum>? Set<TEnum>(string name) where TEnum : struct, Enum
        {
            var set = new HashSet<TEnum>();
            foreach (var item in List(name))
                if (Wire.TryName<TEnum>(item, out var value)) set.Add(value);
                else Refuse("field_invalid", $"{name} does not know {item}.", name);
            return set.Count == 0 ? null : set;
        }

        public SearchSort Sort(string name) => Text(name, 20) switch
        {
            null or "relevance" => SearchSort.Relevance,
            "price" => SearchSort.Price,
            "-price" => SearchSort.PriceDescending,
            "rating" => SearchSort.Rating,
            "distance" => SearchSort.Distance,
            var other => RefuseSort(other, name),
        };

        public int Cursor(string name)
        {
            if (Text(name, 100) is not { } cursor) return 0;
            if (Kernel.Outcomes.PageRequest.Decode<int[]>(cursor) is [var offset and >= 0]) return offset;
            Refuse("invalid_request", "cursor is not one that this list gave out", name);
            return 0;
        }

        private SearchSort RefuseSort(string other, string name)
        {
            Refuse("field_invalid", $"sort is relevance, price, -price, rating or distance, not {other}.", name);
            return SearchSort.Relevance;
        }

        // Both ?types=a,b and ?types=a&types=b, as forms send it.
        private List<string> List(string name) => [.. query[name].SelectMany(v => (v ?? "").Split(',')).Select(v => v.Trim()).Where(v => v.Length > 0).Take(60)];
    }
}
