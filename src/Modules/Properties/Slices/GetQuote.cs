using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>Anybody asks what a stay costs, all in, with its refund tiers. Refused when the listing's rules don't take such a stay; whether the nights are free is for bookings to say.</summary>
public static class GetQuote
{
    // Properties, not a primary constructor: the generator of request delegates can't read nullable parameters of one.
    public sealed record Request : IChecked
    {
        [FromQuery(Name = "check_in")] public DateOnly? CheckIn { get; init; }
        [FromQuery(Name = "check_out")] public DateOnly? CheckOut { get; init; }
        [FromQuery(Name = "adults")] public int? Adults { get; init; }
        [FromQuery(Name = "children")] public int? Children { get; init; }
        [FromQuery(Name = "infants")] public int? Infants { get; init; }
        [FromQuery(Name = "pets")] public int? Pets { get; init; }

        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(CheckIn, "check_in");
            yield return Checks.Required(CheckOut, "check_out");
        }
    }

    public static void Map(RouteGroupBuilder properties) => properties.MapGet("/{id:guid}/quote", HandleAsync).WithName("GetQuote").Produces<Quote>();

    private static async Task<IResult> HandleAsync(Guid id, [AsParameters] Request request, Caller? caller, PropertyReads reads, Quotes quotes, CancellationToken ct)
    {
        if (await GetProperty.FindVisibleAsync(reads, new PropertyId(id), caller, ct) is not { } row) return PropertyRefusals.NotFound.ToProblem();
        var guests = new GuestParty(request.Adults ?? 1, request.Children ?? 0, request.Infants ?? 0, request.Pets ?? 0);
        var quote = quotes.Make(row.Exact, new DateRange(request.CheckIn!.Value, request.CheckOut!.Value), guests);
        return quote.Refused ? quote.Refusal.ToProblem() : Results.Ok(quote.Value);
    }
}
