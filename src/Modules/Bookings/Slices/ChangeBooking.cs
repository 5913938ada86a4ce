using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Bookings.Slices;

/// <summary>A guest rewrites the message to the host while the booking waits for an answer or for payment. Dates and guests are frozen with the price.</summary>
public static class ChangeBooking
{
    public sealed record Request(string? Message) : IChecked
    {
        public IEnumerable<Refusal?> Check() => [Checks.Length(Message, "message", 0, 2000)];
    }

    public static void Map(RouteGroupBuilder bookings) => bookings.MapPut("/{id:guid}", HandleAsync).WithName("ChangeBooking").Produces<BookingView>();

    private static async Task<IResult> HandleAsync(Guid id, Request request, Caller caller, HttpContext http, BookingsDb db, BookingViews views, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var booking = await db.LoadInTurnAsync(BookingId.From(id), ct);
        if (booking is null || !booking.IsPartOf(caller.UserId)) return BookingRefusals.NotFound.ToProblem();
        if (booking.GuestId != caller.UserId) return BookingRefusals.GuestWrites.ToProblem();
        if (Versions.Check(http, booking.Version) is { } stale) return stale.ToProblem();

        var changed = booking.ChangeMessage(request.Message);
        if (changed.Refused) return changed.Refusal.ToProblem();
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Versions.Tag(http, booking.Version);
        return Results.Ok(await views.OfAsync(booking, caller.UserId, ct));
    }
}
