using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Slices;

/// <summary>Guest or host sees what cancelling now would give back and cost, and until when that holds. Refused when it can't be cancelled.</summary>
public static class PreviewCancellation
{
    public static void Map(RouteGroupBuilder bookings) => bookings.MapGet("/{id:guid}/cancellation", HandleAsync).WithName("PreviewCancellation").Produces<CancellationPreview>();

    private static async Task<IResult> HandleAsync(Guid id, Caller caller, BookingsDb db, TimeProvider clock, CancellationToken ct)
    {
        var booking = await db.Bookings.AsNoTracking().SingleOrDefaultAsync(b => b.Id == BookingId.From(id), ct);
        if (booking is null || !booking.IsPartOf(caller.UserId)) return BookingRefusals.NotFound.ToProblem();
        var preview = booking.PreviewCancellation(caller.UserId, clock.GetUtcNow());
        return preview.Refused ? preview.Refusal.ToProblem() : Results.Ok(preview.Value);
    }
}
