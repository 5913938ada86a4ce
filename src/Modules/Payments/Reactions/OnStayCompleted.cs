using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Payments.Timers;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Reactions;

/// <summary>The guest has left: the payout waits for the end of the dispute window, or goes on waiting for a ruling.</summary>
public sealed class OnStayCompleted(PaymentsDb db, Outbox outbox) : IReaction<StayCompleted>
{
    public async Task HandleAsync(StayCompleted fact, ReactionContext context, CancellationToken ct)
    {
        var booking = fact.Booking.BookingId;
        // A dispute may come at the same moment: whichever is second sees the other.
        var payment = await db.LockByBookingAsync(booking, ct);
        if (payment is not { DisputedAt: not null } && await db.Payouts.SingleOrDefaultAsync(p => p.BookingId == booking, ct) is { Status: PayoutStatus.Pending } payout)
            (payout.Reason, payout.AvailableAt) = ("dispute_window", fact.PayoutAt.ToUniversalTime());
        await outbox.SetTimerAsync<ReleasePayouts>(booking.ToString(), fact.PayoutAt, ct);
    }
}
