using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Slices;

/// <summary>Guest, host and admins read every step that a booking took, oldest first.</summary>
public static class GetBookingHistory
{
    public static void Map(RouteGroupBuilder bookings) => bookings.MapGet("/{id:guid}/history", HandleAsync).WithName("GetBookingHistory").Produces<Page<BookingHistoryEntry>>();

    private static async Task<IResult> HandleAsync(Guid id, Caller caller, BookingsDb db, CancellationToken ct)
    {
        var bookingId = BookingId.From(id);
        var parties = await db.Bookings.Where(b => b.Id == bookingId).Select(b => new { b.GuestId, b.HostId }).SingleOrDefaultAsync(ct);
        if (parties is null || caller.UserId != parties.GuestId && caller.UserId != parties.HostId && !caller.IsAdmin) return BookingRefusals.NotFound.ToProblem();
        var steps = await db.History.AsNoTracking().Where(h => h.BookingId == bookingId).OrderBy(h => h.Version).ToListAsync(ct);
        return Results.Ok(new Page<BookingHistoryEntry>([.. steps.Select(h => new BookingHistoryEntry(h.FromStatus, h.ToStatus, Wire.Name(h.Actor), h.Reason, h.At))], null));
    }
}
