using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Payments.Ledger;
using EstoSpaces.Payments.Timers;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments;

/// <summary>
/// Promises refunds and settles stays: all that happens to the money of a locked payment without asking the provider. The row of a refund and its ledger posting come first;
/// <see cref="SendRefunds"/> then asks the provider, as often as it takes.
/// </summary>
public sealed class RefundDesk(PaymentsDb db, Outbox outbox, LedgerBook ledger, TimeProvider clock)
{
    /// <summary>Promises an amount back. While the stay is not settled it is taken from what is held, afterwards the platform bears it.</summary>
    public async Task<Result<Refund>> PromiseAsync(Payment payment, RefundKind kind, long amountMinor, Func<MoneyParts, MoneyParts>? takeFrom, string reason, UserId? by, CancellationToken ct, DateTimeOffset? cancelledAt = null)
    {
        var reserved = payment.ReserveRefund(amountMinor);
        if (reserved.Refused) return reserved.Refusal;
        var parts = payment.SettledAt is not null ? default : takeFrom is not null ? takeFrom(await LeftAsync(payment, ct)) : (await LeftAsync(payment, ct)).Spread(amountMinor);
        var refund = Refund.Promise(payment, kind, parts, amountMinor - parts.Total, reason, by, clock.GetUtcNow(), cancelledAt);
        db.Refunds.Add(refund);
        await db.SaveChangesAsync(ct);
        await ledger.PostAsync(PostingRule.RefundOwed, refund.Id.Value, payment, Of(payment) with { Parts = parts }, ct);
        await ledger.PostAsync(PostingRule.GoodwillOwed, refund.Id.Value, payment, Of(payment) with { AmountMinor = refund.GoodwillMinor }, ct);
        await outbox.SetTimerAsync<SendRefunds>(refund.Id.ToString(), clock.GetUtcNow(), ct);
        return refund;
    }

    /// <summary>The refund of a cancelled booking: as its frozen quote said, or what is left when part of it went back before. Null when nothing goes back.</summary>
    public async Task<Refund?> PromiseCancellationAsync(Payment payment, long refundMinor, RefundBreakdown breakdown, string reason, DateTimeOffset cancelledAt, CancellationToken ct)
    {
        var amount = Math.Min(refundMinor, payment.AmountMinor - payment.RefundReservedMinor);
        if (amount <= 0) return null;
        return (await PromiseAsync(payment, RefundKind.Cancellation, amount, left => left.TakeRefund(amount, breakdown, payment.Quote), reason, null, ct, cancelledAt)).Value;
    }

    /// <summary>Money that nobody waited for goes back whole.</summary>
    public async Task GiveBackAsync(Payment payment, string reason, CancellationToken ct)
    {
        var left = payment.AmountMinor - payment.RefundReservedMinor;
        if (left > 0) _ = (await PromiseAsync(payment, RefundKind.LatePayment, left, null, reason, null, ct)).Value;
        await SettleAsync(payment, ct);
    }

    /// <summary>The stay is over, or will not be: what is still held goes to the host, the platform and the tax office. Answers the host's part.</summary>
    public async Task<long?> SettleAsync(Payment payment, CancellationToken ct)
    {
        if (!payment.IsPaid || !payment.Settle(clock.GetUtcNow())) return null;
        var left = await LeftAsync(payment, ct);
        var hostFee = Money.Portion(payment.Quote.HostFeeMinor, left.HostSubtotal, payment.Quote.HostSubtotalMinor);
        await db.SaveChangesAsync(ct);
        await ledger.PostAsync(PostingRule.StaySettled, payment.Id.Value, payment, Of(payment) with { Parts = left, HostFeeMinor = hostFee }, ct);
        return left.HostSubtotal - hostFee;
    }

    /// <summary>What a host owes for cancelling.</summary>
    public Task ChargeHostAsync(Payment payment, long feeMinor, CancellationToken ct) =>
        ledger.PostAsync(PostingRule.HostCancellationFee, payment.Id.Value, payment, Of(payment) with { AmountMinor = feeMinor }, ct);

    private static Movement Of(Payment payment) => new(payment.Provider, payment.HostId, payment.Currency);

    /// <summary>What is still held, by component. A refund that failed is still owed, so it counts.</summary>
    private async Task<MoneyParts> LeftAsync(Payment payment, CancellationToken ct)
    {
        var refunds = await db.Refunds.AsNoTracking().Where(r => r.PaymentId == payment.Id).ToListAsync(ct);
        return refunds.Aggregate(MoneyParts.Of(payment.Quote), (left, refund) => left - refund.Parts);
    }
}
