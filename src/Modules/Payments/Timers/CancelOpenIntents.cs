using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments.Timers;

/// <summary>Closes at the provider what is open for a booking that lapsed or was cancelled. Money that came first stands: the booking service then says what becomes of it.</summary>
public sealed class CancelOpenIntents(AttemptDesk attempts, Outbox outbox, TimeProvider clock, ILogger<CancelOpenIntents> log) : ITimerDoor
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(20);

    public async Task FireAsync(string subject, CancellationToken ct)
    {
        if (!PaymentId.TryParse(subject, out var id)) return;
        try
        {
            if (await attempts.CancelAsync(id, ct) is not { IsOpen: true }) return;
        }
        catch (Exception e) when (e is HttpRequestException or TimeoutException)
        {
            log.NotReconciled(id, e.Message);
        }
        await outbox.SetTimerAsync<CancelOpenIntents>(subject, clock.GetUtcNow() + Again, ct);
    }
}
