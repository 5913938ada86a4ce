using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Search;
using EstoSpaces.Search.Index;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Search.Slices;

/// <summary>Anybody asks what can be filtered by, with the number of homes that each value has over everything.</summary>
internal static class ListFilters
{
    public sealed record Response(IReadOnlyList<FacetValue> Types, IReadOnlyList<FacetValue> Amenities, IReadOnlyList<FacetValue> CancellationPolicies, IReadOnlyList<FacetValue> Cities, IReadOnlyList<string> Sorts, IReadOnlyList<string> Currencies);

    public static void Map(RouteGroupBuilder group) => group.MapGet("/filters", Handle).WithName("ListFilters").Produces<Response>();

    private static IResult Handle(ListingIndex index) => Results.Ok(index.Read(listings => new Response(
        [.. Enum.GetValues<PropertyType>().Select(t => new FacetValue(Wire.Name(t), listings.Count(l => l.Snapshot.Type == t)))],
        [.. Amenities.All.Select((code, i) => new FacetValue(code, listings.Count(l => (l.AmenityBits & (1UL << i)) != 0)))],
        [.. Enum.GetValues<CancellationPolicy>().Select(p => new FacetValue(Wire.Name(p), listings.Count(l => l.Snapshot.Rules.CancellationPolicy == p)))],
        [.. listings.GroupBy(l => $"{l.Snapshot.City}, {l.Snapshot.CountryCode}").Select(g => new FacetValue(g.Key, g.Count())).OrderByDescending(f => f.Count).ThenBy(f => f.Value, StringComparer.Ordinal).Take(100)],
        ["relevance", "price", "-price", "rating", "distance"],
        [.. listings.Select(l => l.Snapshot.Price.Currency).Distinct().Order(StringComparer.Ordinal)])));
}
