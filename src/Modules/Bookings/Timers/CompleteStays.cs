using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Bookings.Timers;

/// <summary>Check-out time and the grace after it have passed: the stay is complete, and the host will be paid.</summary>
public sealed class CompleteStays(BookingsDb db, BookingSteps steps, BookingTerms terms, TimeProvider clock) : ITimerDoor
{
    public async Task FireAsync(string subject, CancellationToken ct)
    {
        if (await db.LoadInTurnAsync(BookingId.From(Guid.Parse(subject)), ct) is not { } booking) return;
        var completed = booking.Complete(terms, clock.GetUtcNow());
        if (!completed.Refused) await steps.WriteAsync(booking, completed.Value, ct);
    }
}
