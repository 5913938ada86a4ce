using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments.Timers;

/// <summary>
/// Asks the provider about a payment that is still open: a minute after it was opened and then at growing distances. What a crash or a lost webhook has kept from us is found here.
/// A payment whose booking has lapsed is closed.
/// </summary>
public sealed class ReconcileOpenPayments(PaymentsDb db, AttemptDesk attempts, Outbox outbox, TimeProvider clock, ILogger<ReconcileOpenPayments> log) : ITimerDoor
{
    private static readonly TimeSpan AfterExpiry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public async Task FireAsync(string subject, CancellationToken ct)
    {
        if (!PaymentId.TryParse(subject, out var id) || await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { IsOpen: true } payment) return;
        var now = clock.GetUtcNow();
        var age = now - payment.CreatedAt;
        try
        {
            var lapsed = payment.ExpiresAt is { } end ? now > end + AfterExpiry : age > TimeSpan.FromDays(1);
            var after = lapsed ? await attempts.CancelAsync(id, ct) : await attempts.RefreshAsync(payment, evenIfFresh: true, ct);
            if (after is not { IsOpen: true }) return;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            log.NotReconciled(id, e.Message);
        }
        var wait = age < TimeSpan.FromMinutes(10) ? AttemptDesk.FirstLook : age / 4;
        await outbox.SetTimerAsync<ReconcileOpenPayments>(subject, now + (wait < Longest ? wait : Longest), ct);
    }
}
