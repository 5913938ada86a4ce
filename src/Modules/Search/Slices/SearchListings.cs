using System.Diagnostics;
using EstoSpaces.Contracts.Search;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Search.Index;
using EstoSpaces.Search.Places;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Search.Slices;

/// <summary>Anybody searches homes by place, dates, guests, price and what they have. Only homes that are free for the whole stay; refused when a parameter can't be read.</summary>
internal static class SearchListings
{
    public static void Map(RouteGroupBuilder group) => group.MapGet("", Handle).WithName("SearchListings").Produces<SearchView>().ProducesProblem(400);

    private static IResult Handle(HttpContext http, ListingIndex index, Gazetteer gazetteer, SearchRecorder recorder, TimeProvider clock)
    {
        var began = Stopwatch.GetTimestamp();
        var read = SearchRequest.Read(http.Request.Query);
        if (read.Refused) return read.Refusal.ToProblem();
        var request = read.Value;
        var place = request.Place is null ? null : gazetteer.Find(request.Place);
        var view = index.Read(new SearchScan(request, index.Fees, clock.GetUtcNow(), place).Run);
        if (request.Offset == 0)
            recorder.Note(new SearchNote(clock.GetUtcNow(), view.Place, request.Query, request.Stay?.CheckIn, request.Stay?.CheckOut, request.Guests.Counted, view.Total, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
        return Results.Ok(view);
    }
}
