using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Events;

/// <summary>Opens the doors of timers that are due: those of one subject one after the other, eight subjects at a time. What fails comes again after pauses that grow, and is parked in the end.</summary>
internal sealed partial class TimerDoors(ModuleContext context, OutboxRows rows, OutboxSignal signal, IServiceScopeFactory scopes, ILogger log) : IDisposable
{
    private const int AtOnce = 8;
    private const int MaxInHand = 256;
    private readonly SemaphoreSlim opening = new(AtOnce);
    private int inHand;
    private readonly Dictionary<string, TimerSeam> doors = context.Facts.Timers.ToDictionary(t => t.Name);

    /// <summary>How many more may be claimed: they are ours for a minute only.</summary>
    public int Room => Math.Max(0, MaxInHand - Volatile.Read(ref inHand));

    public void Dispose() => opening.Dispose();

    public async Task OpenAsync(IReadOnlyList<OutboxTimer> timersOfOneSubject, CancellationToken stopping)
    {
        Interlocked.Add(ref inHand, timersOfOneSubject.Count);
        var release = new List<OutboxTimer>();
        foreach (var timer in timersOfOneSubject)
            try
            {
                await opening.WaitAsync(stopping);
                try { await OpenAsync(timer, stopping); }
                finally { opening.Release(); }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { release.Add(timer); }
            catch (TimerGoneException) { release.Add(timer); } // set again, it may be due already
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever a door throws must not stop the relay: the row says what happened and comes again.
                LogFailed(e, timer.Type, timer.Subject, timer.Attempts);
                await rows.FailAsync(timer, e, stopping);
            }
        if (release.Count > 0) await rows.ReleaseAsync(release, stopping);
        Interlocked.Add(ref inHand, -timersOfOneSubject.Count);
    }

    private async Task OpenAsync(OutboxTimer timer, CancellationToken ct)
    {
        if (!doors.TryGetValue(timer.Type, out var seam)) throw new InvalidOperationException($"{context.Facts.Name} has no timer {timer.Type}");
        await using var scope = scopes.CreateAsyncScope();
        using var _ = RequestContext.Begin(timer.CorrelationId ?? timer.Id.ToString("n"), timer.Id.ToString());
        var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
        var outbox = scope.ServiceProvider.GetRequiredService<Outbox>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.Database.SqlQuery<bool>($"""select exists (select from outbox where id = {timer.Id} and published_at is null) as "Value" """).SingleAsync(ct)) throw new TimerGoneException();
        outbox.Opens(timer.Id);
        await seam.Run(scope.ServiceProvider, timer.Subject, ct);
        await outbox.MarkFiredAsync(ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        signal.Wake();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Timer {Type} of {Subject} failed at attempt {Attempt}; it comes again")]
    private partial void LogFailed(Exception e, string type, string subject, int attempt);
}
