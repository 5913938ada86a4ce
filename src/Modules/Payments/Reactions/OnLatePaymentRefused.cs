using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Payments.Reactions;

/// <summary>Money came for nights that are gone: all of it goes back.</summary>
public sealed class OnLatePaymentRefused(PaymentsDb db, RefundDesk desk) : IReaction<LatePaymentRefused>
{
    public async Task HandleAsync(LatePaymentRefused fact, ReactionContext context, CancellationToken ct)
    {
        var payment = await db.LockAsync(fact.PaymentId, ct) ?? throw new InvalidOperationException($"there is no payment {fact.PaymentId}");
        await desk.GiveBackAsync(payment, fact.Reason, ct);
    }
}
