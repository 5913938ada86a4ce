using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments.Timers;

/// <summary>Asks the provider for a promised refund and looks after it until it has gone. An unreachable provider is asked again for as long as it takes; the refund's id keeps it from being paid twice.</summary>
public sealed class SendRefunds(PaymentsDb db, PaymentProviders providers, PaymentTruth truth, Outbox outbox, TimeProvider clock, ILogger<SendRefunds> log) : ITimerDoor
{
    private static readonly TimeSpan WhilePending = TimeSpan.FromHours(6);

    public async Task FireAsync(string subject, CancellationToken ct)
    {
        if (!RefundId.TryParse(subject, out var id)) return;
        var refund = await db.Refunds.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct);
        if (refund is not { Status: RefundStatus.Pending }) return;
        var payment = await db.Payments.AsNoTracking().SingleAsync(p => p.Id == refund.PaymentId, ct);
        var paidBy = await db.Attempts.AsNoTracking().SingleAsync(a => a.PaymentId == payment.Id && a.Status == AttemptStatus.Succeeded, ct);
        try
        {
            var word = await providers.Of(payment).RefundAsync(payment, paidBy, refund, ct);
            await truth.HearRefundAsync(id, word, ct);
            if (word.Status is not RefundStatus.Pending) return;
            await outbox.SetTimerAsync<SendRefunds>(subject, clock.GetUtcNow() + WhilePending, ct);
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            log.RefundWaits(id, refund.Tries + 1, e.Message);
            await db.Refunds.Where(r => r.Id == id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Tries, r => r.Tries + 1), ct);
            await outbox.SetTimerAsync<SendRefunds>(subject, clock.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(3600, 2 * Math.Pow(2, Math.Min(refund.Tries, 12)))), ct);
        }
    }
}
