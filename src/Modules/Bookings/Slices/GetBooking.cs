using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Slices;

/// <summary>Guest, host and admins see a booking; for everybody else it does not exist.</summary>
public static class GetBooking
{
    public static void Map(RouteGroupBuilder bookings) => bookings.MapGet("/{id:guid}", HandleAsync).WithName("GetBooking").Produces<BookingView>();

    private static async Task<IResult> HandleAsync(Guid id, Caller caller, HttpContext http, BookingsDb db, BookingViews views, CancellationToken ct)
    {
        var booking = await db.Bookings.AsNoTracking().SingleOrDefaultAsync(b => b.Id == BookingId.From(id), ct);
        if (booking is null || !booking.IsPartOf(caller.UserId) && !caller.IsAdmin) return BookingRefusals.NotFound.ToProblem();
        Versions.Tag(http, booking.Version);
        return Results.Ok(await views.OfAsync(booking, caller.UserId, ct));
    }
}
