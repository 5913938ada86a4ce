using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Payments.Ethereum;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Timers;

/// <summary>After a stay and its dispute window: what was held is given to those it belongs to, and the host's payout becomes due. A disputed one waits for its ruling.</summary>
public sealed class ReleasePayouts(PaymentsDb db, RefundDesk desk, Outbox outbox, TimeProvider clock) : ITimerDoor
{
    public async Task FireAsync(string subject, CancellationToken ct)
    {
        if (!BookingId.TryParse(subject, out var booking) || await db.LockByBookingAsync(booking, ct) is not { } payment) return;
        if (payment is { DisputedAt: not null, EmptiedAt: null }) return;
        if (payment is { HasEscrow: true, EmptiedAt: null }) await outbox.SetTimerAsync<ReleaseEscrows>(payment.Id.ToString(), clock.GetUtcNow(), ct);
        if (await desk.SettleAsync(payment, ct) is not { } amount) return;
        if (await db.Payouts.SingleOrDefaultAsync(p => p.BookingId == booking, ct) is not { } payout) return;
        payout.AmountMinor = amount;
        (payout.Status, payout.Reason) = amount > 0 ? (PayoutStatus.Due, "stay_completed") : (PayoutStatus.Cancelled, "refunded");
    }
}
