using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Bookings.Timers;

/// <summary>Check-in time has come at the home.</summary>
public sealed class OpenCheckIns(BookingsDb db, BookingSteps steps, TimeProvider clock) : ITimerDoor
{
    public async Task FireAsync(string subject, CancellationToken ct)
    {
        if (await db.LoadInTurnAsync(BookingId.From(Guid.Parse(subject)), ct) is not { } booking) return;
        var opened = booking.OpenCheckIn(clock.GetUtcNow());
        if (!opened.Refused) await steps.WriteAsync(booking, opened.Value, ct);
    }
}
