using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Payments.Ledger;
using Microsoft.EntityFrameworkCore;
using Tiers = EstoSpaces.Kernel.Pricing.Refund;

namespace EstoSpaces.Payments.Ethereum;

/// <summary>
/// Follows in the books what the contract did with an escrow, whoever made it do so. The contract has the last word on its money: where it gave other amounts than we had reckoned, refunds, payout and ledger
/// become what it did, and the difference is written down, logged as an error and found by the ledger's check. Each step is taken once.
/// </summary>
public sealed class EscrowDesk(PaymentsDb db, RefundDesk refunds, PaymentTruth truth, LedgerBook ledger, EscrowOutcomes outcomes, Outbox outbox, TimeProvider clock)
{
    /// <summary>Why a payout waits for a ruling.</summary>
    public const string Disputed = "disputed";

    /// <summary>After that the guest can take everything back by himself: no dispute lasts longer.</summary>
    private static readonly TimeSpan GuestExit = TimeSpan.FromDays(60);

    /// <summary>The guest's part of a cancellation is credited; by his own call all the rest is too, which <see cref="SettledAsync"/> tells.</summary>
    public async Task CancelledAsync(EscrowCancelled fact, CancellationToken ct)
    {
        var payment = await LockAsync(fact.Escrow, ct);
        var byGuest = fact.By == "guest";
        var promised = await OwedAsync(payment, ct);
        var expected = byGuest ? Tiers.At(payment.Quote, payment.SucceededAt, fact.CancelledAt).RefundMinor : promised.Sum(r => r.AmountMinor);
        var difference = expected == fact.ToGuestMinor ? null : $"the contract gave the guest {fact.ToGuestMinor} for a cancellation by the {fact.By}, {expected} was reckoned";
        if (!await outcomes.AddAsync(new EscrowOutcome(payment.Id, "cancelled", fact.By, fact.TxHash, fact.CancelledAt, fact.ToGuestMinor, 0, 0, difference), ct)) return;

        var breakdown = Tiers.At(payment.Quote, payment.SucceededAt, fact.CancelledAt).Breakdown;
        await GiveGuestAsync(payment, fact.ToGuestMinor, RefundKind.Cancellation, breakdown, "cancelled_by_guest", fact.CancelledAt, fact.TxHash, ct);
        if (byGuest && payment.ReplacedAt is null)
            outbox.Add(new PaymentCancelledByPayer(payment.Id, payment.BookingId, payment.GuestId, fact.CancelledAt, new Money(fact.ToGuestMinor, payment.Currency), fact.TxHash));
    }

    /// <summary>The payout waits for a ruling, at most until the guest may take everything back.</summary>
    public async Task DisputedAsync(EscrowDisputed fact, CancellationToken ct)
    {
        var payment = await LockAsync(fact.Escrow, ct);
        if (!await outcomes.AddAsync(new EscrowOutcome(payment.Id, "disputed", fact.By, fact.TxHash, fact.At, 0, 0, 0, null), ct)) return;
        payment.Dispute(fact.At.ToUniversalTime());
        if (await PayoutAsync(payment, ct) is { Status: PayoutStatus.Pending or PayoutStatus.Due } payout)
            AwaitRuling(payout, payment);
        if (payment.ReplacedAt is null) outbox.Add(new PaymentDisputed(payment.Id, payment.BookingId, fact.By, fact.At));
    }

    /// <summary>As long as a dispute lasts at most.</summary>
    public static void AwaitRuling(Payout payout, Payment payment) =>
        (payout.Status, payout.Reason, payout.AvailableAt) = (PayoutStatus.Pending, Disputed, (payment.Quote.CheckOutAt + GuestExit).ToUniversalTime());

    /// <summary>The escrow is empty.</summary>
    public async Task SettledAsync(EscrowSettled fact, CancellationToken ct)
    {
        var payment = await LockAsync(fact.Escrow, ct);
        var (toGuest, toHost, toPlatform) = (fact.ToGuestMinor, fact.ToHostMinor, fact.ToPlatformMinor);
        var left = await outcomes.InEscrowAsync(payment.Id, ct);
        var owed = await OwedAsync(payment, ct);
        var settledNow = await HostPartAsync(payment, owed, toGuest, ct);
        var difference = Difference(fact, payment, left, owed.Sum(r => r.AmountMinor), settledNow);
        if (!await outcomes.AddAsync(new EscrowOutcome(payment.Id, "settled", Wire.Name(fact.End), fact.TxHash, fact.At, toGuest, toHost, toPlatform, difference), ct)) return;

        // Given back whole without an order of ours: the host did it, from his own wallet.
        var byHost = fact.End is EscrowEnd.Refunded && toGuest > 0 && owed.Count == 0;
        await GiveGuestAsync(payment, toGuest, byHost ? RefundKind.Cancellation : RefundKind.Escrow, null, byHost ? "cancelled_by_host" : Wire.Name(fact.End), fact.At, fact.TxHash, ct);
        await refunds.SettleAsync(payment, ct);
        var reckoned = await outcomes.HostOwedAsync(payment, ct);
        await PostAsync(PostingRule.EscrowDivided, payment, reckoned - toHost, ct);
        await PostAsync(PostingRule.PayoutPaid, payment, toHost, ct);
        await PostAsync(PostingRule.TreasuryPaid, payment, toPlatform, ct);
        payment.Empty(fact.At.ToUniversalTime());
        await ClosePayoutAsync(payment, fact, ct);
        if (payment.ReplacedAt is not null) return;
        PaymentDivider? divider = fact.End is EscrowEnd.Ruled ? PaymentDivider.Arbiter : fact.End is EscrowEnd.GuestExited ? PaymentDivider.Guest : byHost ? PaymentDivider.Host : null;
        if (divider is { } who) outbox.Add(new PaymentDivided(payment.Id, payment.BookingId, who, new Money(toGuest, payment.Currency), new Money(toHost, payment.Currency), fact.At, fact.TxHash));
    }

    /// <summary>What is not as it should be, for the ends that leave nobody a choice.</summary>
    private static string? Difference(EscrowSettled fact, Payment payment, long left, long owed, long hostPart)
    {
        var total = fact.ToGuestMinor + fact.ToHostMinor + fact.ToPlatformMinor;
        if (total != left) return $"the contract gave {total} out of an escrow of {left}";
        return fact.End switch
        {
            EscrowEnd.Refunded when fact.ToGuestMinor != left => $"{left} were to go back, the contract gave {fact.ToGuestMinor}",
            // More than was promised is the host's gift: our own orders are checked before they go.
            EscrowEnd.Refunded when owed > fact.ToGuestMinor => $"the contract gave {fact.ToGuestMinor} back, {owed} was promised",
            EscrowEnd.Released or EscrowEnd.HostClaimed or EscrowEnd.CancelledByGuest when fact.ToHostMinor != hostPart => $"the contract gave the host {fact.ToHostMinor}, {hostPart} was reckoned",
            EscrowEnd.Released or EscrowEnd.HostClaimed when owed > 0 => $"the escrow was released while {owed} was promised to the guest of payment {payment.Id}",
            _ => null,
        };
    }

    /// <summary>What the books owe the host, or will when the stay is settled now.</summary>
    private async Task<long> HostPartAsync(Payment payment, List<Refund> owed, long toGuest, CancellationToken ct)
    {
        if (payment.SettledAt is not null) return await outcomes.HostOwedAsync(payment, ct);
        var promised = await db.Refunds.AsNoTracking().Where(r => r.PaymentId == payment.Id).SumAsync(r => r.HostSubtotalMinor, ct);
        var kept = payment.Quote.HostSubtotalMinor - promised;
        return owed.Count == 0 && toGuest > 0 ? 0 : kept - Money.Portion(payment.Quote.HostFeeMinor, kept, payment.Quote.HostSubtotalMinor);
    }

    /// <summary>Credited to the guest: promised refunds have gone with it, the rest is one that nobody had promised. Promises that the contract did not keep whole are cut to what it gave.</summary>
    private async Task GiveGuestAsync(Payment payment, long amountMinor, RefundKind kind, RefundBreakdown? breakdown, string reason, DateTimeOffset at, string txHash, CancellationToken ct)
    {
        var left = amountMinor;
        if (left > 0)
            foreach (var refund in await OwedAsync(payment, ct))
            {
                if (left == 0) break;
                if (left < refund.AmountMinor) await ReduceAsync(payment, refund, left, ct);
                left -= refund.AmountMinor;
                await CreditAsync(refund, txHash, ct);
            }
        if (left == 0) return;
        if (kind is RefundKind.Cancellation && await db.Refunds.AnyAsync(r => r.PaymentId == payment.Id && r.Kind == RefundKind.Cancellation, ct)) kind = RefundKind.Escrow; // a booking is cancelled once
        Func<MoneyParts, MoneyParts>? takeFrom = breakdown is null ? null : parts => parts.TakeRefund(left, breakdown, payment.Quote);
        var unasked = await refunds.PromiseAsync(payment, kind, Math.Min(left, payment.AmountMinor - payment.RefundReservedMinor), takeFrom, reason, null, ct, at.ToUniversalTime());
        if (!unasked.Refused) await CreditAsync(unasked.Value, txHash, ct);
    }

    private async Task CreditAsync(Refund refund, string txHash, CancellationToken ct)
    {
        if (refund.Status is RefundStatus.Failed) refund.TryAgain();
        await db.SaveChangesAsync(ct);
        await truth.HearRefundAsync(refund.Id, new RefundWord(RefundStatus.Succeeded, null, TxHash: txHash), ct);
    }

    private async Task ReduceAsync(Payment payment, Refund refund, long amountMinor, CancellationToken ct)
    {
        await refunds.SettleAsync(payment, ct); // what is no longer promised is not the guest's any more
        var less = refund.AmountMinor - amountMinor;
        refund.Reduce(amountMinor);
        payment.ReleaseReserve(less);
        await db.SaveChangesAsync(ct);
        await ledger.PostAsync(PostingRule.RefundReduced, refund.Id.Value, payment, Of(payment) with { AmountMinor = less }, ct);
    }

    private async Task ClosePayoutAsync(Payment payment, EscrowSettled fact, CancellationToken ct)
    {
        if (payment.ReplacedAt is not null) return;
        var payout = await PayoutAsync(payment, ct);
        if (payout is null)
        {
            if (fact.ToHostMinor == 0) return;
            var quote = payment.Quote;
            payout = new Payout
            {
                BookingId = payment.BookingId, PaymentId = payment.Id, HostId = payment.HostId, BookingReference = payment.BookingReference, PropertyTitle = payment.PropertyTitle, CheckIn = quote.CheckIn,
                CheckOut = quote.CheckOut, AmountMinor = 0, Currency = payment.Currency, Status = PayoutStatus.Pending, Reason = "awaiting_check_out", CreatedAt = clock.GetUtcNow(),
            };
            db.Payouts.Add(payout);
        }
        payout.AmountMinor = fact.ToHostMinor;
        payout.Status = fact.ToHostMinor > 0 ? PayoutStatus.Paid : PayoutStatus.Cancelled;
        if (fact.End is not EscrowEnd.Released) payout.Reason = Wire.Name(fact.End);
        (payout.AvailableAt, payout.PaidAt, payout.TxHash) = (fact.At.ToUniversalTime(), fact.ToHostMinor > 0 ? fact.At.ToUniversalTime() : null, fact.TxHash);
    }

    /// <summary>What is promised and not gone, oldest first. One that failed is owed too.</summary>
    private Task<List<Refund>> OwedAsync(Payment payment, CancellationToken ct) =>
        db.Refunds.Where(r => r.PaymentId == payment.Id && r.Status != RefundStatus.Succeeded).OrderBy(r => r.CreatedAt).ToListAsync(ct);

    private Task<Payout?> PayoutAsync(Payment payment, CancellationToken ct) => db.Payouts.SingleOrDefaultAsync(p => p.BookingId == payment.BookingId && p.PaymentId == payment.Id, ct);

    private async Task PostAsync(PostingRule rule, Payment payment, long amountMinor, CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        await ledger.PostAsync(rule, payment.Id.Value, payment, Of(payment) with { AmountMinor = amountMinor }, ct);
    }

    private static Movement Of(Payment payment) => new(payment.Provider, payment.HostId, payment.Currency);

    /// <summary>The deposit is told before what becomes of it; should that still be on its way, so must this wait.</summary>
    private async Task<Payment> LockAsync(EscrowRef escrow, CancellationToken ct) =>
        await db.LockAsync(escrow.PaymentId, ct) is { IsPaid: true } payment ? payment : throw new InvalidOperationException($"escrow {escrow.EscrowId} moves before payment {escrow.PaymentId} is known to be paid");
}
