using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Payments.Documents;
using EstoSpaces.Payments.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments;

/// <summary>
/// Applies what the provider says: under the payment's row lock, in one transaction with ledger, invoice and events, once however often and in whatever order it is said.
/// Every way by which the provider's word comes (webhook, answer to a call, reconciling) ends here. Inside a transaction that is open already it becomes part of it.
/// </summary>
public sealed class PaymentTruth(PaymentsDb db, Outbox outbox, LedgerBook ledger, InvoiceDesk invoices, RefundDesk desk, TimeProvider clock, ILogger<PaymentTruth> log)
{
    /// <summary>Answers the payment as it is now, or null when there is none.</summary>
    public Task<Payment?> HearAsync(PaymentId id, ProviderWord word, CancellationToken ct) => InTransactionAsync(async () =>
    {
        if (await db.LockAsync(id, ct) is not { } payment) return null;
        if (await db.Attempts.SingleOrDefaultAsync(a => a.PaymentId == id && a.Attempt == word.Attempt, ct) is not { } attempt) return payment;
        attempt.Opened(attempt.ProviderId ?? word.ProviderId, word.ClientSecret, attempt.Kind is AttemptKind.Page ? word.RedirectUrl : null);
        if (word.Status is ProviderStatus.Succeeded) await SucceedAsync(payment, attempt, word, ct);
        else if (attempt.IsLive) Move(payment, attempt, word);
        await db.SaveChangesAsync(ct);
        return payment;
    }, ct);

    private async Task SucceedAsync(Payment payment, PaymentAttempt attempt, ProviderWord word, CancellationToken ct)
    {
        if (word.Received != payment.Amount)
        {
            log.AmountDiffers(payment.Id, word.Received.AmountMinor, word.Received.Currency, payment.AmountMinor, payment.Currency);
            throw new InvalidOperationException($"payment {payment.Id} is over {payment.Amount}, the provider received {word.Received}");
        }
        attempt.Hear(AttemptStatus.Succeeded, null);
        if (payment.Succeed(word.PaidAt?.ToUniversalTime() ?? clock.GetUtcNow(), word.TxHash) is not { } succeeded) return;
        await db.SaveChangesAsync(ct); // the ledger and the invoice are written by SQL and refer to it
        await ledger.PostAsync(PostingRule.PaymentReceived, payment.Id.Value, payment, new Movement(payment.Provider, payment.HostId, payment.Currency, MoneyParts.Of(payment.Quote)), ct);
        if (payment.ReplacedAt is not null)
        {
            // The payer chose another way meanwhile, and perhaps paid by it: nobody but the books hears of this money, and all of it goes back.
            await desk.GiveBackAsync(payment, "replaced", ct);
            await invoices.IssueInvoiceAsync(payment, ct);
            return;
        }
        outbox.Add(succeeded);
        // Last, because its number keeps other invoices waiting until the transaction ends.
        outbox.Add(await invoices.IssueInvoiceAsync(payment, ct));
    }

    private void Move(Payment payment, PaymentAttempt attempt, ProviderWord word)
    {
        var replacing = attempt.Status is AttemptStatus.Replacing;
        attempt.Hear(word.Status is ProviderStatus.Cancelled ? AttemptStatus.Closed : AttemptStatus.Open, word.RedirectUrl);
        switch (word.Status)
        {
            case ProviderStatus.Cancelled when replacing: payment.Wait(PaymentStatus.RequiresPaymentMethod); break;
            case ProviderStatus.Cancelled: payment.Cancel(); break;
            case ProviderStatus.RequiresAction: payment.Wait(PaymentStatus.RequiresAction); break;
            case ProviderStatus.Processing:
                // A deposit is told on, because it takes minutes to count: the nights wait for it.
                if (payment.Wait(PaymentStatus.Processing) && word.PaidAt is { } at) outbox.Add(new PaymentProcessing(payment.Id, payment.BookingId, payment.GuestId, payment.Method, at.ToUniversalTime(), word.TxHash));
                break;
            case ProviderStatus.RequiresPaymentMethod when word.Failure is { } failure:
                if (payment.Decline(failure.Code, failure.Message, failure.Reference) is { } failed) outbox.Add(failed);
                break;
            case ProviderStatus.RequiresPaymentMethod: payment.Wait(PaymentStatus.RequiresPaymentMethod); break;
            default: throw new InvalidOperationException($"no rule for {word.Status}");
        }
    }

    /// <summary>Applies the provider's word on a refund. False when there is no such refund of ours.</summary>
    public Task<bool> HearRefundAsync(RefundId id, RefundWord word, CancellationToken ct) => InTransactionAsync(async () =>
    {
        var about = await db.Refunds.AsNoTracking().Where(r => r.Id == id).Select(r => (PaymentId?)r.PaymentId).SingleOrDefaultAsync(ct);
        if (about is null || await db.LockAsync(about.Value, ct) is not { } payment) return false;
        var refund = await db.Refunds.SingleAsync(r => r.Id == id, ct);
        await db.Entry(refund).ReloadAsync(ct);
        // A failure is final for its try; the next one has another id at the provider.
        if (refund.Status is RefundStatus.Failed || refund.ProviderId is not null && word.ProviderId is not null && refund.ProviderId != word.ProviderId) return true;
        // What the contract has credited never comes back: an order that failed was overtaken.
        if (payment.HasEscrow && word.Status is RefundStatus.Failed && refund.Status is not RefundStatus.Pending) return true;
        refund.Heard(word.ProviderId, word.TxHash);
        if (word.Status is RefundStatus.Succeeded && refund.Status is RefundStatus.Pending) await RefundSucceededAsync(payment, refund, ct);
        if (word.Status is RefundStatus.Failed) await RefundFailedAsync(payment, refund, word.Failure ?? "failed", ct);
        await db.SaveChangesAsync(ct);
        return true;
    }, ct);

    private async Task RefundSucceededAsync(Payment payment, Refund refund, CancellationToken ct)
    {
        refund.Succeed(clock.GetUtcNow());
        payment.CountRefund(refund.AmountMinor);
        await db.SaveChangesAsync(ct);
        await ledger.PostAsync(PostingRule.RefundPaid, Tries(refund), payment, Amount(payment, refund), ct);
        outbox.Add(new RefundSucceeded(refund.Id, payment.Id, payment.BookingId, payment.GuestId, refund.Amount, refund.Reason, payment.Method, refund.TxHash));
        if (await invoices.IssueCreditNoteAsync(payment, refund, ct) is { } note) outbox.Add(note);
    }

    private async Task RefundFailedAsync(Payment payment, Refund refund, string failure, CancellationToken ct)
    {
        log.RefundFailed(refund.Id, payment.Id, failure);
        if (refund.Status is RefundStatus.Succeeded)
        {
            // The bank sent it back: the provider has it again, and the guest is still owed.
            payment.CountRefund(-refund.AmountMinor);
            await ledger.PostAsync(PostingRule.RefundBounced, Tries(refund), payment, Amount(payment, refund), ct);
        }
        refund.Fail(failure);
    }

    private static Movement Amount(Payment payment, Refund refund) => new(payment.Provider, payment.HostId, payment.Currency, AmountMinor: refund.AmountMinor);

    /// <summary>Names one try of a refund in the ledger: the refund itself the first time.</summary>
    private static Guid Tries(Refund refund)
    {
        if (refund.Attempt == 1) return refund.Id.Value;
        var bytes = refund.Id.Value.ToByteArray(bigEndian: true);
        return new Guid(System.Security.Cryptography.SHA256.HashData([.. bytes, .. BitConverter.GetBytes(refund.Attempt)]).AsSpan(0, 16));
    }

    private async Task<T> InTransactionAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is not null) return await work();
        db.ChangeTracker.Clear(); // what was read before the lock may be old
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await work();
        await transaction.CommitAsync(ct);
        return result;
    }
}
