using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Slices;

/// <summary>The payment service asks what is due for a booking, by whom, and until when.</summary>
public static class GetDue
{
    public static void Map(RouteGroupBuilder inside) => inside.MapGet("/{id:guid}/due", HandleAsync);

    private static async Task<IResult> HandleAsync(Guid id, BookingsDb db, CancellationToken ct) =>
        await db.Bookings.AsNoTracking().SingleOrDefaultAsync(b => b.Id == BookingId.From(id), ct) is { } b
            ? Results.Ok(new BookingDue(b.Id, b.Reference, b.Status, b.GuestId, b.HostId, b.PropertyId, b.Listing.Title, b.Quote, b.ExpiresAt))
            : BookingRefusals.NotFound.ToProblem();
}
