using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Slices;

/// <summary>
/// A guest books a home: its nights are held until he pays, or, where the host answers first, a request waits. Refused when nights are taken, the home is his own or not shown,
/// the stay breaks its rules, or the price isn't the one he saw.
/// </summary>
public static class CreateBooking
{
    /// <summary>quote_hash: of the quote that was shown; without it the price of this moment counts.</summary>
    public sealed record Request(PropertyId? PropertyId, DateOnly? CheckIn, DateOnly? CheckOut, Party? Guests, string? QuoteHash, string? Message) : IChecked
    {
        public IEnumerable<Refusal?> Check() =>
        [
            Checks.Required(PropertyId, "property_id"), Checks.Required(CheckIn, "check_in"), Checks.Required(CheckOut, "check_out"), Checks.Required(Guests, "guests"),
            Checks.That(CheckIn is null || CheckOut is null || CheckIn < CheckOut, "check_out_before_check_in", "Check-out must be after check-in.", "check_out"),
            Checks.That(Guests is null || Guests.Adults is >= 1, "adult_required", "At least one adult must come.", "adults"),
            Checks.Range((decimal?)Guests?.Adults, "adults", 1, 100), Checks.Range((decimal?)Guests?.Children, "children", 0, 100),
            Checks.Range((decimal?)Guests?.Infants, "infants", 0, 100), Checks.Range((decimal?)Guests?.Pets, "pets", 0, 100),
            Checks.Length(QuoteHash, "quote_hash", 1, 200), Checks.Length(Message, "message", 0, 2000),
        ];
    }

    public sealed record Party(int? Adults, int? Children, int? Infants, int? Pets);

    public static void Map(RouteGroupBuilder bookings) => bookings.MapPost("", HandleAsync).WithName("CreateBooking").Idempotent().Produces<BookingView>(201);

    private static async Task<IResult> HandleAsync(Request request, Caller caller, HttpContext http, PropertiesClient properties, NewBookings bookings, BookingsDb db, KnownPeople people,
        KnownListings listings, BookingTerms terms, TimeProvider clock, CancellationToken ct)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } sent ? sent : null;
        var (property, party) = (request.PropertyId!.Value, request.Guests!);
        var stay = new DateRange(request.CheckIn!.Value, request.CheckOut!.Value);
        var guests = new GuestParty(party.Adults!.Value, party.Children ?? 0, party.Infants ?? 0, party.Pets ?? 0);

        var frozen = await properties.FreezeQuoteAsync(new QuoteRequest(property, stay.CheckIn, stay.CheckOut, guests), ct);
        if (frozen.Refused) return await RefuseAsync(frozen.Refusal.Code == BookingRefusals.PropertyNotFound.Code && await listings.WasShownAsync(property, ct) ? BookingRefusals.NotBookable : frozen.Refusal);
        if (request.QuoteHash is { } seen && seen != frozen.Value.Quote.Hash) return await RefuseAsync(BookingRefusals.QuoteChanged);
        var placed = Booking.Place(new BookingOrder(caller.UserId, request.Message, key), frozen.Value, terms, clock.GetUtcNow());
        if (placed.Refused) return await RefuseAsync(placed.Refusal);
        var (booking, step) = placed.Value;

        var saved = await bookings.SaveAsync(booking, step, ct);
        if (saved.KeyUsedBefore) return await RefuseAsync(BookingRefusals.KeyReused);
        if (saved.DatesTaken) return await RefuseAsync(BookingRefusals.DatesTaken);
        return Created(booking, await people.CompleteAsync(saved.Names, [booking.GuestId, booking.HostId], ct));

        // A process that died after it had saved could not answer: the repeated request finds what the first one made, whatever would be refused now.
        async Task<IResult> RefuseAsync(Refusal refusal)
        {
            if (key is null) return refusal.ToProblem();
            var first = await db.Bookings.AsNoTracking().SingleOrDefaultAsync(b => b.GuestId == caller.UserId && b.IdempotencyKey == key, ct);
            if (first is null) return refusal.ToProblem();
            if (first.PropertyId != property || first.Stay != stay || first.Guests != guests) return BookingRefusals.KeyReused.ToProblem();
            return Created(first, await people.NamesAsync([first.GuestId, first.HostId], ct));
        }

        IResult Created(Booking made, IReadOnlyDictionary<UserId, string> names)
        {
            Versions.Tag(http, made.Version);
            return Results.Created($"/api/v1/bookings/{made.Id}", BookingViews.Of(made, caller.UserId, names));
        }
    }
}
