using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Bookings.Reactions;

/// <summary>The money of a booking is disputed: so is the booking. One that has ended by a cancellation stays as it is.</summary>
public sealed class OnPaymentDisputed(BookingsDb db, BookingSteps steps) : IReaction<PaymentDisputed>
{
    public async Task HandleAsync(PaymentDisputed fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.LoadInTurnAsync(fact.BookingId, ct) is not { } booking) return;
        var disputed = booking.Dispute(fact.PaymentId, fact.At);
        if (!disputed.Refused) await steps.WriteAsync(booking, disputed.Value, ct);
    }
}
