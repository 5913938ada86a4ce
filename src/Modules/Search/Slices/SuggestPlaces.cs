using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Search;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Search.Index;
using EstoSpaces.Search.Places;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Search.Slices;

/// <summary>Anybody types the beginning of a place or a home and gets what it may be, slips forgiven: towns with homes first, then large towns, then homes by title.</summary>
internal static class SuggestPlaces
{
    private const int MaxSuggestions = 8;

    public sealed record Response(IReadOnlyList<Suggestion> Data);

    public static void Map(RouteGroupBuilder group) => group.MapGet("/autocomplete", Handle).WithName("SuggestPlaces").Produces<Response>().ProducesProblem(400);

    private static IResult Handle(string? q, ListingIndex index, Gazetteer gazetteer)
    {
        if (q is { Length: > 100 }) return Refusal.Invalid("field_length", "q may have 100 characters at most.", "q").ToProblem();
        var typed = Words.Fold(q ?? "");
        return Results.Ok(new Response(index.Read(listings => Suggest(typed, listings, gazetteer))));
    }

    private static List<Suggestion> Suggest(string typed, IReadOnlyCollection<IndexedListing> listings, Gazetteer gazetteer)
    {
        var cities = listings.GroupBy(l => (l.CityKey, l.Snapshot.CountryCode)).ToDictionary(g => g.Key, g => (Count: g.Count(), First: g.First().Snapshot));
        var ranked = new List<(double Rank, Suggestion Suggestion)>();
        foreach (var ((key, country), (count, snapshot)) in cities)
            if (Match(key, typed) is { } closeness)
                ranked.Add((100 * closeness + Math.Log(1 + count), new Suggestion("city", snapshot.City, Countries.Name(country), snapshot.ApproximateLatitude, snapshot.ApproximateLongitude, null, count)));
        if (typed.Length >= 2)
        {
            foreach (var place in gazetteer.All)
                if (!cities.ContainsKey((place.Key, place.Country)) && Match(place.Key, typed) is { } closeness)
                    ranked.Add((50 * closeness + Math.Log(place.Population) / 4, new Suggestion("city", place.Name, Countries.Name(place.Country), place.Latitude, place.Longitude, null, 0)));
            foreach (var listing in listings)
                if (listing.Tokens.Any(t => t.StartsWith(typed, StringComparison.Ordinal)) || (typed.Contains(' ') && Words.Fold(listing.Snapshot.Title).Contains(typed, StringComparison.Ordinal)))
                    ranked.Add((20 + listing.Quality, new Suggestion("listing", listing.Snapshot.Title, listing.Snapshot.City, listing.Snapshot.ApproximateLatitude, listing.Snapshot.ApproximateLongitude, listing.Snapshot.Id, null)));
        }
        var best = ranked.OrderByDescending(r => r.Rank).ThenBy(r => r.Suggestion.Label, StringComparer.Ordinal).Select(r => r.Suggestion);
        return [.. best.Where(s => s.Kind == "city").Take(6).Concat(best.Where(s => s.Kind == "listing").Take(3)).Take(MaxSuggestions)];
    }

    /// <summary>1 for the whole name, less for its beginning, a later word of it, or a slip; null when it does not match. Nothing typed matches every town with homes.</summary>
    private static double? Match(string key, string typed)
    {
        if (typed.Length == 0) return 0.1;
        if (key == typed) return 1;
        if (key.StartsWith(typed, StringComparison.Ordinal)) return 0.9;
        var word = key.IndexOf(' ' + typed, StringComparison.Ordinal);
        if (word > 0) return 0.7;
        return key[0] == typed[0] && Words.BeginsLike(key, typed, Words.SlipsFor(typed.Length)) ? 0.5 : null;
    }
}
