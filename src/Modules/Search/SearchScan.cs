using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Search;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Search.Index;
using EstoSpaces.Search.Places;

namespace EstoSpaces.Search;

/// <summary>
/// One pass over the index: what must hold (place, dates, guests), then the filters that facets count around. A listing that fails one filter only is still counted
/// in that filter's facet, so that a person sees what choosing another value would give.
/// </summary>
internal sealed class SearchScan
{
    private const double PlaceRadiusKm = 30;
    private const int PriceBuckets = 10;

    [Flags]
    private enum Fails { None = 0, Type = 1, Amenities = 2, Bedrooms = 4, Policy = 8, Instant = 16, Price = 32 }

    private readonly record struct Candidate(IndexedListing Listing, long TotalMinor, double Reference, Fails Fails, double DistanceKm, double Score);

    private readonly SearchRequest request;
    private readonly PlatformFees fees;
    private readonly DateTimeOffset now;
    private readonly Place? place;
    private readonly string? cityKey;
    private readonly Circle? center;
    private readonly string[] words;
    private readonly Dictionary<TimeZoneInfo, DateOnly> todays = [];
    private readonly List<Candidate> candidates = [];

    public SearchScan(SearchRequest request, PlatformFees fees, DateTimeOffset now, Place? place)
    {
        (this.request, this.fees, this.now, this.place) = (request, fees, now, place);
        cityKey = request.Place is null ? null : place?.Key ?? Words.Fold(request.Place.Split(',')[0]);
        center = request.Around ?? (place is null ? null : new Circle(place.Latitude, place.Longitude, PlaceRadiusKm));
        words = request.Query is null ? [] : Words.Of(request.Query);
    }

    public SearchView Run(IReadOnlyCollection<IndexedListing> listings)
    {
        foreach (var listing in listings) Consider(listing);
        var hits = candidates.Where(c => c.Fails == Fails.None).ToList();
        hits.Sort(Order);
        var page = hits.Skip(request.Offset).Take(request.Limit).ToList();
        var next = request.Offset + page.Count < hits.Count ? Kernel.Outcomes.PageRequest.Encode(new[] { request.Offset + page.Count }) : null;
        return new SearchView([.. page.Select(Hit)], hits.Count, next, Facets(), BoxOf(hits), place is null ? request.Place : $"{place.Name}, {Countries.Name(place.Country)}");
    }

    private void Consider(IndexedListing listing)
    {
        var snapshot = listing.Snapshot;
        var rules = snapshot.Rules;
        if (rules.MaxGuests < request.Guests.Counted || (request.Guests.Pets > 0 && !rules.PetsAllowed) || snapshot.Beds < request.Beds || snapshot.Bathrooms < request.Bathrooms) return;
        var distance = center is { } c ? Distance(c.Latitude, c.Longitude, snapshot.ApproximateLatitude, snapshot.ApproximateLongitude) : 0;
        if (!IsThere(listing, distance)) return;
        var text = words.Length == 0 ? 0 : TextScore(listing);
        if (words.Length > 0 && text == 0) return;

        long total = 0;
        var reference = listing.FromPerNightReference;
        if (request.Stay is { } stay)
        {
            if (stay.Nights < rules.MinNights || stay.Nights > rules.MaxNights || !listing.IsFree(stay.CheckIn.DayNumber, stay.CheckOut.DayNumber)) return;
            var today = Today(listing.Zone);
            var ahead = stay.CheckIn.DayNumber - today.DayNumber;
            if (ahead < 0 || ahead < rules.AdvanceNoticeDays || stay.CheckOut.DayNumber - 1 - today.DayNumber > rules.BookingWindowDays) return;
            total = QuoteCalculator.TotalOnly(snapshot.Price, fees, stay, request.Guests, today);
            reference = ReferenceRates.ToReference(total, snapshot.Price.Currency);
        }
        var fails = Fails.None;
        if (request.Types is { } types && !types.Contains(snapshot.Type)) fails |= Fails.Type;
        if ((listing.AmenityBits & request.AmenityBits) != request.AmenityBits) fails |= Fails.Amenities;
        if (snapshot.Bedrooms < request.Bedrooms) fails |= Fails.Bedrooms;
        if (request.Policies is { } policies && !policies.Contains(rules.CancellationPolicy)) fails |= Fails.Policy;
        if (request.InstantBook && !rules.InstantBook) fails |= Fails.Instant;
        if (reference < request.MinPriceReference || reference > request.MaxPriceReference) fails |= Fails.Price;
        if ((fails & (fails - 1)) != 0) return; // two or more: in no facet either
        candidates.Add(new Candidate(listing, total, reference, fails, distance, Score(listing, text, reference, distance)));
    }

    private bool IsThere(IndexedListing listing, double distance)
    {
        var (latitude, longitude) = (listing.Snapshot.ApproximateLatitude, listing.Snapshot.ApproximateLongitude);
        if (request.Box is { } box) return box.Contains(latitude, longitude);
        if (request.Polygon is { } polygon) return Inside(polygon, latitude, longitude);
        if (request.Around is { } around) return distance <= around.RadiusKm;
        if (cityKey is null) return true;
        return listing.CityKey == cityKey && (place is null || distance <= 200) || place is not null && distance <= PlaceRadiusKm
            || place is null && (Words.Fold(Countries.Name(listing.Snapshot.CountryCode)) == cityKey || Words.Fold(listing.Snapshot.Region ?? "") == cityKey);
    }

    private double TextScore(IndexedListing listing)
    {
        double score = 0;
        foreach (var word in words)
        {
            var best = 0d;
            foreach (var token in listing.Tokens)
                if (token == word) { best = 1; break; }
                else if (token.StartsWith(word, StringComparison.Ordinal)) best = Math.Max(best, 0.7);
                else if (best < 0.4 && Words.BeginsLike(token, word, Words.SlipsFor(word.Length))) best = 0.4;
            if (best == 0) return 0;
            score += best;
        }
        return score / words.Length;
    }

    /// <summary>What relevance is made of; the parts are what `explain` shows.</summary>
    private double Score(IndexedListing listing, double text, double reference, double distance) => Parts(listing, text, reference, distance).Sum(p => p.Value);

    private IEnumerable<KeyValuePair<string, double>> Parts(IndexedListing listing, double text, double reference, double distance)
    {
        var nights = request.Stay?.Nights ?? 1;
        yield return new("quality", listing.Quality);
        yield return new("text", 2 * text);
        yield return new("near", center is null ? 0 : Math.Exp(-distance / 8));
        yield return new("price", 0.6 / (1 + reference / nights / 150));
        yield return new("instant_book", listing.Snapshot.Rules.InstantBook ? 0.15 : 0);
    }

    private int Order(Candidate a, Candidate b)
    {
        var by = request.Sort switch
        {
            SearchSort.Price => a.Reference.CompareTo(b.Reference),
            SearchSort.PriceDescending => b.Reference.CompareTo(a.Reference),
            SearchSort.Distance => a.DistanceKm.CompareTo(b.DistanceKm),
            _ => b.Score.CompareTo(a.Score),
        };
        return by != 0 ? by : a.Listing.Snapshot.Id.Value.CompareTo(b.Listing.Snapshot.Id.Value);
    }

    private SearchHit Hit(Candidate c)
    {
        var s = c.Listing.Snapshot;
        var total = request.Stay is null ? (Money?)null : new Money(c.TotalMinor, s.Price.Currency);
        var perNight = new Money(request.Stay is { } stay ? Money.Portion(c.TotalMinor, 1, stay.Nights) : c.Listing.FromPerNightMinor, s.Price.Currency);
        return new SearchHit(s.Id, s.Title, s.Type, s.City, s.CountryCode, s.ApproximateLatitude, s.ApproximateLongitude, s.Bedrooms, s.Beds, s.Bathrooms, s.Rules.MaxGuests, s.Amenities, s.Rules.InstantBook,
            RefundSchedule.PolicyFor(s.Rules.CancellationPolicy, request.Stay?.Nights ?? 1), [.. s.Images.Take(5)], total, perNight, request.Stay?.Nights, null, 0, center is null ? null : Math.Round(c.DistanceKm, 2),
            request.Explain ? Parts(c.Listing, words.Length == 0 ? 0 : TextScore(c.Listing), c.Reference, c.DistanceKm).ToDictionary(p => p.Key, p => Math.Round(p.Value, 4)) : null);
    }

    private SearchFacets Facets()
    {
        IEnumerable<IndexedListing> Around(Fails own) => candidates.Where(c => (c.Fails & ~own) == Fails.None).Select(c => c.Listing);
        static IReadOnlyList<FacetValue> Count<T>(IEnumerable<T> values, Func<T, string> name) where T : notnull =>
            [.. values.GroupBy(v => v).Select(g => new FacetValue(name(g.Key), g.Count())).OrderByDescending(f => f.Count).ThenBy(f => f.Value, StringComparer.Ordinal)];

        var hits = Around(Fails.None).ToList();
        var amenities = Amenities.All.Select((code, i) => new FacetValue(code, hits.Count(h => (h.AmenityBits & (1UL << i)) != 0))).Where(f => f.Count > 0).OrderByDescending(f => f.Count).ToList();
        return new SearchFacets(Count(Around(Fails.Type).Select(l => l.Snapshot.Type), Wire.Name), amenities, Count(Around(Fails.Bedrooms).Select(l => Math.Min(5, l.Snapshot.Bedrooms)), b => b.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            Count(Around(Fails.Policy).Select(l => l.Snapshot.Rules.CancellationPolicy), Wire.Name), Around(Fails.Instant).Count(l => l.Snapshot.Rules.InstantBook), Prices());
    }

    private PriceFacet? Prices()
    {
        var prices = candidates.Where(c => (c.Fails & ~Fails.Price) == Fails.None).Select(c => c.Reference).Order().ToList();
        if (prices.Count == 0) return null;
        // A few palaces must not squeeze everything else into one bar: the last bucket takes what is above the 98th percentile.
        var (min, max) = (prices[0], Math.Max(prices[(int)((prices.Count - 1) * 0.98)], prices[0] + 1));
        var buckets = new int[PriceBuckets];
        foreach (var price in prices) buckets[Math.Clamp((int)((price - min) / (max - min) * PriceBuckets), 0, PriceBuckets - 1)]++;
        return new PriceFacet(request.Currency, ReferenceRates.FromReference(min, request.Currency), ReferenceRates.FromReference(max, request.Currency), buckets);
    }

    private double[]? BoxOf(List<Candidate> hits)
    {
        if (request.Box is { } asked) return [asked.West, asked.South, asked.East, asked.North];
        if (hits.Count == 0) return center is { } c ? [c.Longitude - 0.2, c.Latitude - 0.15, c.Longitude + 0.2, c.Latitude + 0.15] : null;
        return [hits.Min(h => h.Listing.Snapshot.ApproximateLongitude), hits.Min(h => h.Listing.Snapshot.ApproximateLatitude), hits.Max(h => h.Listing.Snapshot.ApproximateLongitude), hits.Max(h => h.Listing.Snapshot.ApproximateLatitude)];
    }

    private DateOnly Today(TimeZoneInfo zone)
    {
        if (!todays.TryGetValue(zone, out var today)) todays[zone] = today = ListingTime.Today(zone, now);
        return today;
    }

    private static bool Inside((double Latitude, double Longitude)[] polygon, double latitude, double longitude)
    {
        var inside = false;
        for (int i = 0, j = polygon.Length - 1; i < polygon.Length; j = i++)
            if (polygon[i].Latitude > latitude != polygon[j].Latitude > latitude
                && longitude < (polygon[j].Longitude - polygon[i].Longitude) * (latitude - polygon[i].Latitude) / (polygon[j].Latitude - polygon[i].Latitude) + polygon[i].Longitude) inside = !inside;
        return inside;
    }

    /// <summary>Great-circle distance in kilometres (haversine).</summary>
    private static double Distance(double latitude1, double longitude1, double latitude2, double longitude2)
    {
        const double toRadians = Math.PI / 180;
        var (dLat, dLng) = ((latitude2 - latitude1) * toRadians, (longitude2 - longitude1) * toRadians);
        var h = Math.Pow(Math.Sin(dLat / 2), 2) + Math.Cos(latitude1 * toRadians) * Math.Cos(latitude2 * toRadians) * Math.Pow(Math.Sin(dLng / 2), 2);
        return 2 * 6371.0088 * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}
