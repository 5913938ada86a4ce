using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Bookings.Slices;

/// <summary>A host says no to a request, with or without a reason for the guest.</summary>
public static class DeclineBooking
{
    public sealed record Request(string? Reason) : IChecked
    {
        public IEnumerable<Refusal?> Check() => [Checks.Length(Reason, "reason", 0, 500)];
    }

    public static void Map(RouteGroupBuilder bookings) => bookings.MapPost("/{id:guid}/decline", HandleAsync).WithName("DeclineBooking").Idempotent().Produces<BookingView>();

    private static async Task<IResult> HandleAsync(Guid id, Request? request, Caller caller, HttpContext http, BookingsDb db, BookingSteps steps, BookingViews views, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var booking = await db.LoadInTurnAsync(BookingId.From(id), ct);
        if (booking is null || !booking.IsPartOf(caller.UserId)) return BookingRefusals.NotFound.ToProblem();
        if (booking.HostId != caller.UserId) return BookingRefusals.HostAnswers.ToProblem();

        var declined = booking.Decline(caller.UserId, string.IsNullOrWhiteSpace(request?.Reason) ? null : request.Reason.Trim(), clock.GetUtcNow());
        if (declined.Refused) return declined.Refusal.ToProblem();
        await steps.WriteAsync(booking, declined.Value, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Versions.Tag(http, booking.Version);
        return Results.Ok(await views.OfAsync(booking, caller.UserId, ct));
    }
}
