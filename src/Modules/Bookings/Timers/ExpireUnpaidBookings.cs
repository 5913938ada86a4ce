using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Bookings.Timers;

/// <summary>A hold ends: nobody paid, and the nights are free again. A payment that came before has moved the booking on, and then nothing happens.</summary>
public sealed class ExpireUnpaidBookings(BookingLapses lapses) : ITimerDoor
{
    public Task FireAsync(string subject, CancellationToken ct) => lapses.LapseAsync(BookingId.From(Guid.Parse(subject)), ct);
}

/// <summary>A host's time to answer is over.</summary>
public sealed class ExpireUnansweredRequests(BookingLapses lapses) : ITimerDoor
{
    public Task FireAsync(string subject, CancellationToken ct) => lapses.LapseAsync(BookingId.From(Guid.Parse(subject)), ct);
}

/// <summary>What both do when their time has come.</summary>
public sealed class BookingLapses(BookingsDb db, BookingSteps steps, TimeProvider clock)
{
    public async Task LapseAsync(BookingId id, CancellationToken ct)
    {
        if (await db.LoadInTurnAsync(id, ct) is not { } booking) return;
        var lapsed = booking.Lapse(clock.GetUtcNow());
        if (!lapsed.Refused) await steps.WriteAsync(booking, lapsed.Value, ct);
    }
}
