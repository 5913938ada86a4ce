using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Bookings.Slices;

/// <summary>Guest or host cancels; the refund is the one that <see cref="PreviewCancellation"/> showed. Refused once the stay is over, or when there is nothing left to cancel.</summary>
public static class CancelBooking
{
    public sealed record Request(string? Reason) : IChecked
    {
        public IEnumerable<Refusal?> Check() => [Checks.Length(Reason, "reason", 0, 500)];
    }

    public static void Map(RouteGroupBuilder bookings)
    {
        bookings.MapPost("/{id:guid}/cancel", (Guid id, Request? request, Caller caller, HttpContext http, BookingsDb db, BookingSteps steps, BookingViews views, TimeProvider clock, CancellationToken ct) =>
            HandleAsync(id, request?.Reason, caller, http, db, steps, views, clock, ct)).WithName("CancelBooking").Idempotent().Produces<BookingView>();
        bookings.MapDelete("/{id:guid}", (Guid id, Caller caller, HttpContext http, BookingsDb db, BookingSteps steps, BookingViews views, TimeProvider clock, CancellationToken ct) =>
            HandleAsync(id, null, caller, http, db, steps, views, clock, ct)).WithName("DeleteBooking").Produces<BookingView>();
    }

    private static async Task<IResult> HandleAsync(Guid id, string? reason, Caller caller, HttpContext http, BookingsDb db, BookingSteps steps, BookingViews views, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var booking = await db.LoadInTurnAsync(BookingId.From(id), ct);
        if (booking is null || !booking.IsPartOf(caller.UserId)) return BookingRefusals.NotFound.ToProblem();
        if (Versions.Check(http, booking.Version) is { } stale) return stale.ToProblem();

        var cancelled = booking.Cancel(caller.UserId, string.IsNullOrWhiteSpace(reason) ? null : reason.Trim(), clock.GetUtcNow());
        if (cancelled.Refused) return cancelled.Refusal.ToProblem();
        await steps.WriteAsync(booking, cancelled.Value, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Versions.Tag(http, booking.Version);
        return Results.Ok(await views.OfAsync(booking, caller.UserId, ct));
    }
}
