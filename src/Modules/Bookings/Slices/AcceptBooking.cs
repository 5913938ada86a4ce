using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Slices;

/// <summary>A host accepts a request: its nights are held for the guest to pay, and other requests for any of them are declined. Refused when the nights are gone or the time to answer is over.</summary>
public static class AcceptBooking
{
    public static void Map(RouteGroupBuilder bookings) => bookings.MapPost("/{id:guid}/accept", HandleAsync).WithName("AcceptBooking").Idempotent().Produces<BookingView>();

    private static async Task<IResult> HandleAsync(Guid id, Caller caller, HttpContext http, BookingsDb db, BookingSteps steps, BookingViews views, BookingTerms terms, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var booking = await db.LoadInTurnAsync(BookingId.From(id), ct);
        if (booking is null || !booking.IsPartOf(caller.UserId)) return BookingRefusals.NotFound.ToProblem();
        if (booking.HostId != caller.UserId) return BookingRefusals.HostAnswers.ToProblem();

        var now = clock.GetUtcNow();
        var accepted = booking.Accept(caller.UserId, terms, now);
        if (accepted.Refused) return accepted.Refusal.ToProblem();
        if (await steps.AnyTakenAsync(booking.PropertyId, booking.Stay, ct)) return BookingRefusals.DatesTaken.ToProblem();

        await steps.WriteAsync(booking, accepted.Value, ct);
        var others = await db.Bookings.Where(b => b.PropertyId == booking.PropertyId && b.Status == BookingStatus.Requested && b.Id != booking.Id
            && b.CheckIn < booking.CheckOut && booking.CheckIn < b.CheckOut).ToListAsync(ct);
        foreach (var other in others)
        {
            var declined = other.GiveWay(caller.UserId, now);
            if (!declined.Refused) await steps.WriteAsync(other, declined.Value, ct);
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Versions.Tag(http, booking.Version);
        return Results.Ok(await views.OfAsync(booking, caller.UserId, ct));
    }
}
