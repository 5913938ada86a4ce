using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Events;

/// <summary>
/// Carries outbox rows to the bus and opens timer doors, as soon as something is committed. Reads many facts in a statement, publishes with no transaction open, marks in the next round trip what was
/// acknowledged meanwhile, backs off, and parks what the bus refuses too often. Facts of one subject leave in their order. While the bus is away facts wait and timers go on.
/// </summary>
public sealed partial class OutboxRelay : BackgroundService
{
    private const int MaxInHand = 1024;
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);

    /// <summary>A mark waits for so long for a reading to go along with.</summary>
    private static readonly TimeSpan MarkSoon = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(500);
    private readonly ModuleContext context;
    private readonly OutboxSignal signal;
    private readonly OutboxPlace place;
    private readonly ILogger<OutboxRelay> log;
    private readonly OutboxRows rows;
    private readonly TimerDoors doors;
    private readonly SemaphoreSlim publishing;
    private readonly FactsInHand hand = new();
    private readonly ConcurrentDictionary<Task, byte> carrying = new();
    private readonly Outage refusals;
    private long refusedAt;

    public OutboxRelay(ModuleContext context, NpgsqlDataSource source, OutboxSignal signal, OutboxPlace place, IServiceScopeFactory scopes, ILogger<OutboxRelay> log)
    {
        (this.context, this.signal, this.place, this.log) = (context, signal, place, log);
        rows = new OutboxRows(context, source, log);
        doors = new TimerDoors(context, rows, signal, scopes, log);
        publishing = new SemaphoreSlim(context.Bus.AtOnce);
        refusals = new Outage(context.Clock, Outage.UsualPatience);
    }

    public override void Dispose()
    {
        publishing.Dispose();
        doors.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await context.Started.WaitAsync(stopping);
        context.Bus.Changed += signal.Wake;
        try { await ReadAndCarryAsync(stopping); }
        finally
        {
            context.Bus.Changed -= signal.Wake;
            await Task.WhenAll(carrying.Keys);
            await rows.LeaveAsync(hand.BeginReading().Published);
        }
    }

    private async Task ReadAndCarryAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var room = await MayPublishAsync(stopping);
                var inHand = hand.BeginReading();
                room &= inHand.Positions.Length - inHand.Published.Length <= MaxInHand - OutboxRows.FactsAtOnce;
                var (facts, timers) = await rows.ReadAsync(inHand, room, doors.Room, stopping);
                hand.Marked(inHand.Published);
                foreach (var subject in hand.Take(facts)) Follow(CarryAsync(subject, stopping));
                foreach (var group in timers.GroupBy(t => t.Subject)) Follow(doors.OpenAsync([.. group], stopping));
                // When it found less than it could, it found all: whoever tells more wakes us.
                if (facts.Count < OutboxRows.FactsAtOnce && timers.Count == 0) await RestAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogReadFailed(e, context.Facts.Name);
                await signal.WaitAsync(IdlePoll, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    /// <summary>Until something was committed, there is something to mark, or it is time to look anyhow.</summary>
    private async Task RestAsync(CancellationToken ct)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await signal.WaitAsync(hand.State.Any ? MarkSoon : IdlePoll, ct))
            if (hand.State.Published || Stopwatch.GetElapsedTime(began) >= IdlePoll) return;
    }

    /// <summary>Facts are read only while the bus takes them; those of a bus that is away are not failures.</summary>
    private async Task<bool> MayPublishAsync(CancellationToken ct)
    {
        var refused = Volatile.Read(ref refusedAt);
        return (refused == 0 || Stopwatch.GetElapsedTime(refused) > AfterRefusal) && await place.IsReadyAsync(ct);
    }

    private void Follow(Task task)
    {
        if (task.IsCompleted) return;
        carrying[task] = 0;
        _ = task.ContinueWith(t => carrying.TryRemove(t, out var _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task CarryAsync(string subject, CancellationToken stopping)
    {
        while (hand.Next(subject) is { } fact)
        {
            try
            {
                await publishing.WaitAsync(stopping);
                try { await context.Bus.PublishAsync(Envelope(fact), stopping); }
                finally { publishing.Release(); }
                if (refusals.Ends()) LogTaken(context.Facts.Name);
                if (hand.Published(subject)) signal.Wake(); // to mark, and there is room
                continue;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { } // the next start carries it
            catch (BusAwayException e)
            {
                if (refusals.Lasts()) LogRefused(context.Facts.Name, e.Message);
                Volatile.Write(ref refusedAt, Stopwatch.GetTimestamp());
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever the bus or a consumer throws must not stop the relay: the row says what happened and comes again.
                LogCarryFailed(e, fact.Type, fact.Subject, fact.Attempts + 1);
                await rows.FailAsync(fact, e, stopping);
            }
            hand.Drop(subject);
            return;
        }
    }

    private EventEnvelope Envelope(OutboxFact fact) => new()
    {
        Id = fact.Id, Source = "/estospaces/" + context.Facts.Name, Type = fact.Type, Subject = fact.Subject, Time = fact.OccurredAt, Sequence = fact.Sequence, Replay = fact.Replay,
        CorrelationId = fact.CorrelationId, CausationId = fact.CausationId, TraceParent = fact.Traceparent ?? Activity.Current?.Id, Data = JsonElement.Parse(fact.Data),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox of {Module} can't be read; trying again")]
    private partial void LogReadFailed(Exception e, string module);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bus takes no facts of {Module}: {Reason}")]
    private partial void LogRefused(string module, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The bus takes facts of {Module} again")]
    private partial void LogTaken(string module);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Type} of {Subject} failed at attempt {Attempt}; it comes again")]
    private partial void LogCarryFailed(Exception e, string type, string subject, int attempt);
}
