using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Payments.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Slices;

/// <summary>An admin gives a payment back, whole or in part; guests get theirs by cancelling. Refused when it is more than what is left, and for money in
/// escrow when the contract can't do it: it gives back whole, before check-out and while nothing is disputed. The refund is promised at once and sent by itself.</summary>
public static class RefundPayment
{
    public sealed record Request(Money? Amount, string? Reason) : IChecked
    {
        public IEnumerable<Refusal?> Check() =>
        [
            Checks.Required(Reason, "reason"), Checks.Length(Reason, "reason", 1, 500),
            Checks.That(Amount is null || Amount.Value.AmountMinor > 0 && Currencies.IsKnown(Amount.Value.Currency), "refund_amount_invalid", "amount must be more than nothing, in the payment's currency.", "amount"),
        ];
    }

    public static void Map(RouteGroupBuilder payments)
    {
        payments.MapPost("/{id}/refund", HandleAsync).WithName("RefundPayment").RequireAuthorization(Policies.Admin).Idempotent().Produces<PaymentView>();
        payments.MapPost("/{id}/refunds/{refundId}/retry", RetryAsync).WithName("RetryRefund").RequireAuthorization(Policies.Admin).Idempotent().Produces<PaymentView>();
    }

    private static async Task<IResult> HandleAsync(PaymentId id, Request request, Caller caller, PaymentsDb db, RefundDesk desk, PaymentViews views, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.LockAsync(id, ct) is not { } payment) return PaymentRefusals.NotFound.ToProblem();
        if (request.Amount is { } asked && asked.Currency != payment.Currency) return Refusal.Invalid("refund_amount_invalid", $"This payment is in {payment.Currency}.", "amount").ToProblem();
        var amount = request.Amount?.AmountMinor ?? payment.AmountMinor - payment.RefundReservedMinor;
        if (payment.HasEscrow && payment.IsPaid && (amount != payment.AmountMinor - payment.RefundReservedMinor || clock.GetUtcNow() >= payment.Quote.CheckOutAt || payment is { DisputedAt: not null } or { EmptiedAt: not null }))
            return PaymentRefusals.RefundNotPossibleOnChain.ToProblem();
        var refund = await desk.PromiseAsync(payment, RefundKind.Admin, amount, null, request.Reason!.Trim(), caller.UserId, ct);
        if (refund.Refused) return refund.Refusal.ToProblem();
        await CorrectPayoutAsync(db, payment, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(await views.ShowAsync(payment, caller, ct));
    }

    /// <summary>A payout that still waits is as large as what is left of the host's part.</summary>
    private static async Task CorrectPayoutAsync(PaymentsDb db, Payment payment, CancellationToken ct)
    {
        if (await db.Payouts.SingleOrDefaultAsync(p => p.BookingId == payment.BookingId, ct) is not { Status: PayoutStatus.Pending } payout) return;
        var kept = payment.Quote.HostSubtotalMinor - await db.Refunds.Where(r => r.PaymentId == payment.Id).SumAsync(r => r.HostSubtotalMinor, ct);
        payout.AmountMinor = kept - Money.Portion(payment.Quote.HostFeeMinor, kept, payment.Quote.HostSubtotalMinor);
    }

    private static async Task<IResult> RetryAsync(PaymentId id, RefundId refundId, Caller caller, PaymentsDb db, Outbox outbox, PaymentViews views, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.LockAsync(id, ct) is not { } payment) return PaymentRefusals.NotFound.ToProblem();
        if (await db.Refunds.SingleOrDefaultAsync(r => r.Id == refundId && r.PaymentId == id, ct) is not { } refund) return PaymentRefusals.RefundNotFound.ToProblem();
        if (refund.Status is not RefundStatus.Failed) return PaymentRefusals.RefundNotFailed.ToProblem();
        refund.TryAgain();
        await outbox.SetTimerAsync<SendRefunds>(refund.Id.ToString(), clock.GetUtcNow(), ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(await views.ShowAsync(payment, caller, ct));
    }
}
