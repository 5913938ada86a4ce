using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>Bookings asks for the quote that a booking will stand on, with the listing as it is now. Refused for listings that aren't published and for stays that their rules don't take.</summary>
public static class FreezeQuote
{
    public static void Map(RouteGroupBuilder inside) => inside.MapPost("/quotes", HandleAsync);

    private static async Task<IResult> HandleAsync(QuoteRequest request, PropertyReads reads, Quotes quotes, CancellationToken ct)
    {
        if (request.Guests is null) return Refusal.Invalid("field_required", "guests is needed.", "guests").ToProblem();
        if (await reads.FindAsync(request.PropertyId, ct) is not { Status: ListingStatus.Published } listing) return PropertyRefusals.NotFound.ToProblem();
        var quote = quotes.Make(listing, new DateRange(request.CheckIn, request.CheckOut), request.Guests);
        return quote.Refused ? quote.Refusal.ToProblem() : Results.Ok(new FrozenQuote(quote.Value, GetBookableListing.View(listing)));
    }
}
