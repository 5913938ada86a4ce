using EstoSpaces.Bookings.Timers;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Reactions;

/// <summary>A payment is on its way: the nights wait for it a while longer. Nothing happens when the hold is over or was made longer before.</summary>
public sealed class OnPaymentProcessing(BookingsDb db, BookingTerms terms, Outbox outbox, TimeProvider clock) : IReaction<PaymentProcessing>
{
    public async Task HandleAsync(PaymentProcessing fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.LoadInTurnAsync(fact.BookingId, ct) is not { } booking) return;
        var end = booking.AwaitPayment(terms, clock.GetUtcNow());
        if (end.Refused) return;
        (await db.Calendar.SingleAsync(e => e.BookingId == booking.Id, ct)).Prolong(end.Value);
        await outbox.SetTimerAsync<ExpireUnpaidBookings>(booking.Id.ToString(), end.Value, ct);
    }
}
