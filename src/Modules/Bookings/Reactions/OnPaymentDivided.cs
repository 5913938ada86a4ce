using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Bookings.Reactions;

/// <summary>
/// The money was divided at the escrow contract. That ends a dispute. A host who gives everything back from his own wallet before the stay is over cancels with it, as if he had done so here.
/// </summary>
public sealed class OnPaymentDivided(BookingsDb db, BookingSteps steps) : IReaction<PaymentDivided>
{
    public async Task HandleAsync(PaymentDivided fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.LoadInTurnAsync(fact.BookingId, ct) is not { } booking || booking.PaymentId != fact.PaymentId) return;
        var step = booking.EndDispute(fact.PaymentId, fact.At, fact.ToGuest.AmountMinor);
        if (step.Refused && fact.By is PaymentDivider.Host) step = booking.Cancel(booking.HostId, "cancelled_from_wallet", fact.At);
        if (!step.Refused) await steps.WriteAsync(booking, step.Value, ct);
    }
}
