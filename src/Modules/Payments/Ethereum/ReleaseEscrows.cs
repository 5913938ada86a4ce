using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments.Ethereum;

/// <summary>
/// When an escrow's time has come: the operator is asked to release it to host and platform, again and again until the contract has said that it is empty. Disputed ones wait for their ruling.
/// </summary>
public sealed class ReleaseEscrows(PaymentsDb db, BlockchainClient chain, Outbox outbox, TimeProvider clock, ILogger<ReleaseEscrows> log) : ITimerDoor
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1), LookAgain = TimeSpan.FromHours(1);

    public async Task FireAsync(string subject, CancellationToken ct)
    {
        if (!PaymentId.TryParse(subject, out var id) || await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { HasEscrow: true, IsPaid: true, EmptiedAt: null, DisputedAt: null } payment) return;
        var now = clock.GetUtcNow();
        if (now < payment.ReleaseAt)
        {
            await outbox.SetTimerAsync<ReleaseEscrows>(subject, payment.ReleaseAt.Value, ct);
            return;
        }
        // In one statement: a dispute that comes now is not overwritten.
        await db.Payouts.Where(p => p.PaymentId == id && p.Status == PayoutStatus.Pending && p.AmountMinor > 0 && p.Reason != EscrowDesk.Disputed).ExecuteUpdateAsync(set => set.SetProperty(p => p.Status, PayoutStatus.Due), ct);
        await outbox.SetTimerAsync<ReleaseEscrows>(subject, now + await OrderAsync(payment, ct), ct);
    }

    /// <summary>How long to wait before looking again.</summary>
    private async Task<TimeSpan> OrderAsync(Payment payment, CancellationToken ct)
    {
        var escrow = await db.Attempts.AsNoTracking().Where(a => a.PaymentId == payment.Id && a.Status == AttemptStatus.Succeeded).Select(a => a.ProviderId!).SingleAsync(ct);
        try
        {
            var order = await chain.ReleaseAsync(escrow, ct);
            if (order.Refused) log.ReleaseFailed(payment.Id, order.Refusal.Code);
            else if (order.Value.Status == "failed") log.ReleaseFailed(payment.Id, order.Value.Failure ?? "failed on chain");
            return LookAgain;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            log.ReleaseWaits(payment.Id, e.Message);
            return Again;
        }
    }
}
