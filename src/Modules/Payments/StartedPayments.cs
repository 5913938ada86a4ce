using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Payments.Ethereum;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments;

/// <summary>
/// The one live payment of a booking: found, taken up again, or begun. A payment by another way is closed first, and replaced when it is certain that it was not paid. An escrow can't be closed on the chain;
/// what comes into one that was left goes back whole.
/// </summary>
public sealed class StartedPayments(PaymentsDb db, PaymentProviders providers, AttemptDesk attempts, TimeProvider clock)
{
    private const int Rounds = 4;

    /// <summary>Answers the payment, open at its provider; paid already when it was, by whatever way.</summary>
    public async Task<Result<(Payment Payment, bool IsNew)>> EnsureAsync(BookingDue due, PaymentMethod method, WalletPair? wallets, CancellationToken ct)
    {
        if (providers.For(method) is not { } provider) return PaymentRefusals.MethodUnavailable;
        var kind = method is PaymentMethod.Eth ? AttemptKind.Escrow : AttemptKind.Intent;
        for (var round = 0; round < Rounds; round++)
        {
            var (payment, first) = await FindOrStartAsync(due, method, provider, wallets, kind, ct);
            if (payment is null) return due.Status is BookingStatus.Expired or BookingStatus.PendingPayment ? PaymentRefusals.BookingHoldExpired : PaymentRefusals.BookingNotPayable;
            if (payment.IsOpen && !payment.Is(method, wallets?.Guest))
            {
                if (await attempts.CancelAsync(payment.Id, ct) is { IsOpen: true }) return PaymentRefusals.UnderWay;
                continue; // it is cancelled and gives way, or it was paid and is the answer
            }
            if (!payment.IsOpen) return (payment, false);
            var ensured = first is null ? await attempts.EnsureAsync(payment.Id, kind, ct) : await attempts.OpenAsync(payment, first, ct);
            return ensured.Refused ? ensured.Refusal : (ensured.Value, first is not null);
        }
        return PaymentRefusals.UnderWay;
    }

    /// <summary>No payment when there is none and none may be started; an attempt when the payment is new.</summary>
    private async Task<(Payment?, PaymentAttempt? First)> FindOrStartAsync(BookingDue due, PaymentMethod method, IPaymentProvider provider, WalletPair? wallets, AttemptKind kind, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Tabs that start at once wait for each other here; the unique index has the last word.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({due.BookingId.ToString()}, 0))", ct);
        var all = await db.LockAllOfBookingAsync(due.BookingId, ct);
        if (all.Find(p => p.Status is not (PaymentStatus.Cancelled or PaymentStatus.Failed) && p.ReplacedAt is null) is { } live) return (live, null);
        if (due.Status is not BookingStatus.PendingPayment || due.ExpiresAt <= now) return (null, null);

        var left = await LeftEscrowAsync(all, due, method, wallets, ct);
        foreach (var payment in all) if (payment != left.Payment) payment.Replace(now);
        PaymentAttempt? first = null;
        var chosen = left.Payment;
        if (chosen is not null)
        {
            chosen.TakeUpAgain();
            left.Attempt!.Reopen();
            await attempts.LookAfterAsync(chosen.Id, ct);
        }
        else
        {
            chosen = Payment.Start(due, method, provider.Name, now);
            if (wallets is not null) chosen.Between(wallets.Guest, wallets.Host, wallets.ReleaseAt);
            db.Payments.Add(chosen);
            await db.SaveChangesAsync(ct); // the attempt refers to it
            first = await attempts.AddAsync(chosen.Id, 1, kind, ct);
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return (chosen, first);
    }

    /// <summary>An escrow from this wallet that was left within the same hold: it has the very terms that a new one would have.</summary>
    private async Task<(Payment? Payment, PaymentAttempt? Attempt)> LeftEscrowAsync(List<Payment> all, BookingDue due, PaymentMethod method, WalletPair? wallets, CancellationToken ct)
    {
        if (wallets is null || all.FindLast(p => p.Status is PaymentStatus.Cancelled && p.Is(method, wallets.Guest) && p.ExpiresAt == due.ExpiresAt) is not { } left) return default;
        var attempt = await db.Attempts.SingleOrDefaultAsync(a => a.PaymentId == left.Id && a.Status == AttemptStatus.Closed && a.ProviderId!.StartsWith(EthereumPayments.EscrowPrefix), ct);
        return attempt is null ? default : (left, attempt);
    }
}
