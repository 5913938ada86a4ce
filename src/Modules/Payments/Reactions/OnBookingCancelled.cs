using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Payments.Timers;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Reactions;

/// <summary>
/// A cancelled booking: the guest gets back what its frozen quote says, the rest is settled at once, and a host who cancelled owes his fee. An unpaid one only closes what is open.
/// What lies in escrow goes to the host no sooner than the contract lets it; and an escrow that is empty already was divided before the booking heard of it.
/// </summary>
public sealed class OnBookingCancelled(PaymentsDb db, RefundDesk desk, Outbox outbox, TimeProvider clock) : IReaction<BookingCancelled>
{
    public async Task HandleAsync(BookingCancelled fact, ReactionContext context, CancellationToken ct)
    {
        var booking = fact.Booking.BookingId;
        if (await db.LockByBookingAsync(booking, ct) is not { } payment) return;
        if (fact.PaymentId is null || !payment.IsPaid)
        {
            await outbox.SetTimerAsync<CancelOpenIntents>(payment.Id.ToString(), clock.GetUtcNow(), ct);
            return;
        }
        if (payment.EmptiedAt is not null)
        {
            if (fact.HostFeeMinor > 0) await desk.ChargeHostAsync(payment, fact.HostFeeMinor, ct);
            return;
        }
        if (!await db.Refunds.AnyAsync(r => r.PaymentId == payment.Id && r.Kind == RefundKind.Cancellation, ct))
            await desk.PromiseCancellationAsync(payment, fact.RefundMinor, fact.Breakdown, $"cancelled_by_{fact.CancelledBy}", fact.CancelledAt, ct);
        var kept = await desk.SettleAsync(payment, ct) ?? 0;
        if (fact.HostFeeMinor > 0) await desk.ChargeHostAsync(payment, fact.HostFeeMinor, ct);
        if (await db.Payouts.SingleOrDefaultAsync(p => p.BookingId == booking, ct) is not { } payout) return;
        payout.AmountMinor = kept;
        if (payment.HasEscrow)
        {
            payout.AvailableAt = kept > 0 ? payment.ReleaseAt : null;
            (payout.Status, payout.Reason) = kept > 0 ? (PayoutStatus.Pending, "cancellation_terms") : (PayoutStatus.Cancelled, $"cancelled_by_{fact.CancelledBy}");
            if (payment.DisputedAt is not null && kept > 0) EscrowDesk.AwaitRuling(payout, payment);
            await outbox.SetTimerAsync<ReleaseEscrows>(payment.Id.ToString(), payment.ReleaseAt!.Value, ct);
            return;
        }
        payout.AvailableAt = kept > 0 ? clock.GetUtcNow() : null;
        (payout.Status, payout.Reason) = kept > 0 ? (PayoutStatus.Due, "cancellation_terms") : (PayoutStatus.Cancelled, $"cancelled_by_{fact.CancelledBy}");
    }
}
