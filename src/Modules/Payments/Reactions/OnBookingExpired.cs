using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Payments.Timers;

namespace EstoSpaces.Payments.Reactions;

/// <summary>A hold lapsed: nothing more should be paid for it.</summary>
public sealed class OnBookingExpired(PaymentsDb db, Outbox outbox, TimeProvider clock) : IReaction<BookingExpired>
{
    public async Task HandleAsync(BookingExpired fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.LockByBookingAsync(fact.Booking.BookingId, ct) is { IsOpen: true } payment)
            await outbox.SetTimerAsync<CancelOpenIntents>(payment.Id.ToString(), clock.GetUtcNow(), ct);
    }
}
