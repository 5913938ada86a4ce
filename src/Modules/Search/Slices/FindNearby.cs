using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Search;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Search.Index;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace EstoSpaces.Search.Slices;

/// <summary>Anybody asks which homes are near a point, nearest first. Takes all parameters of a search; lat and lng are needed.</summary>
internal static class FindNearby
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("/nearby", Handle).WithName("FindNearby").Produces<SearchView>().ProducesProblem(400);

    private static IResult Handle(HttpContext http, ListingIndex index, TimeProvider clock)
    {
        foreach (var needed in new[] { "lat", "lng" })
            if (StringValues.IsNullOrEmpty(http.Request.Query[needed])) return Refusal.Invalid("field_required", $"{needed} is needed.", needed).ToProblem();
        var query = http.Request.Query.ToDictionary(q => q.Key, q => q.Value);
        query["sort"] = "distance";
        var read = SearchRequest.Read(new QueryCollection(query));
        return read.Refused ? read.Refusal.ToProblem() : Results.Ok(index.Read(new SearchScan(read.Value, index.Fees, clock.GetUtcNow(), null).Run));
    }
}
