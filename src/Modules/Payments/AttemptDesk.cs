using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Payments.Timers;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments;

/// <summary>
/// Opens, changes and closes what a payment has at its provider. The row is written before the provider is called and nothing is locked during the call; whoever comes
/// after a crash, or from a second tab, finds the row and repeats the call under the same idempotency key.
/// </summary>
public sealed class AttemptDesk(PaymentsDb db, PaymentProviders providers, PaymentTruth truth, Outbox outbox, TimeProvider clock)
{
    /// <summary>Until the first look at a payment that nobody has told us about.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(3);

    /// <summary>Makes sure that the payment has a live attempt of this kind, and only this one. Answers the payment as it stands, which can be paid by now.</summary>
    public Task<Result<Payment>> EnsureAsync(PaymentId id, AttemptKind kind, CancellationToken ct) => EnsureAsync(id, kind, null, ct);

    /// <summary>The same for a payment that was just written with its first attempt.</summary>
    public Task<Result<Payment>> OpenAsync(Payment payment, PaymentAttempt first, CancellationToken ct) => EnsureAsync(payment.Id, first.Kind, (payment, first), ct);

    private async Task<Result<Payment>> EnsureAsync(PaymentId id, AttemptKind kind, (Payment, PaymentAttempt?)? written, CancellationToken ct)
    {
        for (var round = 0; round < 4; round++)
        {
            var (payment, attempt) = round == 0 && written is { } known ? known : await TakeAsync(id, kind, ct);
            if (attempt is null) return payment;
            if (attempt.Status is AttemptStatus.Replacing)
            {
                await CloseAsync(payment, attempt, ct);
                continue;
            }
            if (attempt.Status is AttemptStatus.Open) return payment;
            var opened = await providers.Of(payment).OpenAsync(payment, attempt, ct);
            if (opened.Refused) return opened.Refusal;
            if (await truth.HearAsync(id, opened.Value, ct) is { } heard && (!heard.IsOpen || opened.Value.Status is not ProviderStatus.Cancelled)) return heard;
        }
        return await ReadAsync(id, ct);
    }

    private async Task<(Payment, PaymentAttempt?)> TakeAsync(PaymentId id, AttemptKind kind, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var payment = (await db.LockAsync(id, ct))!;
        if (!payment.IsOpen) return (payment, null);
        var attempts = await db.Attempts.Where(a => a.PaymentId == id).OrderBy(a => a.Attempt).ToListAsync(ct);
        var live = attempts.Find(a => a.IsLive);
        if (live is null) live = await AddAsync(id, attempts.Count + 1, kind, ct);
        else if (live.Kind != kind) live.Replace();
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return (payment, live);
    }

    /// <summary>Writes an attempt down, with the timer that looks after it, in the transaction that is open.</summary>
    public async Task<PaymentAttempt> AddAsync(PaymentId id, int number, AttemptKind kind, CancellationToken ct)
    {
        var attempt = PaymentAttempt.Start(id, number, kind, clock.GetUtcNow());
        db.Attempts.Add(attempt);
        await LookAfterAsync(id, ct);
        return attempt;
    }

    /// <summary>Sets the timer that asks the provider about what nobody has told us.</summary>
    public Task LookAfterAsync(PaymentId id, CancellationToken ct) => outbox.SetTimerAsync<ReconcileOpenPayments>(id.ToString(), clock.GetUtcNow() + FirstLook, ct);

    /// <summary>Closes what is live, so that no money can come any more. When it has come already, the payment is paid.</summary>
    public async Task<Payment?> CancelAsync(PaymentId id, CancellationToken ct)
    {
        var payment = await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct);
        if (payment is null || !payment.IsOpen) return payment;
        if (await LiveAsync(id, ct) is { } attempt) return await CloseAsync(payment, attempt, ct);
        var locked = (await db.LockAsync(id, ct))!;
        locked.Cancel();
        await db.SaveChangesAsync(ct);
        return locked;
    }

    /// <summary>Asks the provider where an open payment stands, unless that was asked just now.</summary>
    public async Task<Payment> RefreshAsync(Payment payment, bool evenIfFresh, CancellationToken ct)
    {
        if (!payment.IsOpen || await LiveAsync(payment.Id, ct) is not { } attempt) return payment;
        if (!evenIfFresh && TimeProvider.System.GetUtcNow() - attempt.CheckedAt < FreshFor) return payment;
        var word = attempt.ProviderId is null ? await OpenedAsync(payment, attempt, ct) : await providers.Of(payment).ReadAsync(payment, attempt, ct);
        return await truth.HearAsync(payment.Id, word, ct) ?? payment;
    }

    public async Task<PaymentAttempt?> LiveAsync(PaymentId id, CancellationToken ct) =>
        await db.Attempts.AsNoTracking().SingleOrDefaultAsync(a => a.PaymentId == id && (a.Status == AttemptStatus.Opening || a.Status == AttemptStatus.Open || a.Status == AttemptStatus.Replacing), ct);

    public Task<Payment> ReadAsync(PaymentId id, CancellationToken ct) => db.Payments.AsNoTracking().SingleAsync(p => p.Id == id, ct);

    private async Task<Payment?> CloseAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        // One that may never have reached the provider is opened first: closing needs its id, and an unopened one could still be opened by a request that is under way.
        if (attempt.ProviderId is null) await truth.HearAsync(payment.Id, await OpenedAsync(payment, attempt, ct), ct);
        var known = await db.Attempts.AsNoTracking().SingleAsync(a => a.PaymentId == payment.Id && a.Attempt == attempt.Attempt, ct);
        return await truth.HearAsync(payment.Id, await providers.Of(payment).CloseAsync(payment, known, ct), ct);
    }

    private async Task<ProviderWord> OpenedAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct) =>
        (await providers.Of(payment).OpenAsync(payment, attempt, ct)) is { Refused: false } opened ? opened.Value
        : new ProviderWord(attempt.Attempt, $"never-opened-{payment.Id}-{attempt.Attempt}", ProviderStatus.Cancelled, Money.Zero(payment.Currency));
}
