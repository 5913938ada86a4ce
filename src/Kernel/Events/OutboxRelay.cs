using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Events;

/// <summary>
/// Carries outbox rows to the bus and opens timer doors. Claims rows under a lease (other replicas skip them), publishes with no transaction open,
/// marks them on acknowledgement, backs off, and parks what fails too often. Facts of one subject leave in their order. While the bus is away facts wait and timers go on.
/// </summary>
public sealed partial class OutboxRelay : BackgroundService
{
    private const int BatchSize = 256;
    private const int MaxInHand = 1024;
    private const int TimersAtOnce = 8;
    private const int ParkAfterAttempts = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(500);
    private readonly ModuleContext context;
    private readonly NpgsqlDataSource source;
    private readonly OutboxSignal signal;
    private readonly OutboxPlace place;
    private readonly IServiceScopeFactory scopes;
    private readonly ILogger<OutboxRelay> log;
    private readonly Dictionary<string, TimerSeam> timers;
    private readonly SemaphoreSlim publishing, firing = new(TimersAtOnce);
    private readonly Channel<long> published = Channel.CreateUnbounded<long>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<Task, byte> carrying = new();
    private readonly Outage refusals;
    private int inHand;
    private long refusedAt;

    public OutboxRelay(ModuleContext context, NpgsqlDataSource source, OutboxSignal signal, OutboxPlace place, IServiceScopeFactory scopes, ILogger<OutboxRelay> log)
    {
        (this.context, this.source, this.signal, this.place, this.scopes, this.log) = (context, source, signal, place, scopes, log);
        timers = context.Facts.Timers.ToDictionary(t => t.Name);
        publishing = new SemaphoreSlim(context.Bus.AtOnce);
        refusals = new Outage(context.Clock, Outage.UsualPatience);
    }

    private sealed record Row(long Position, Guid Id, string Kind, string Type, string Subject, long? Sequence, string Data, DateTimeOffset OccurredAt, string? CorrelationId, string? CausationId, string? Traceparent, int Attempts, int Replay)
    {
        public bool IsTimer => Kind == "timer";
    }

    public override void Dispose()
    {
        publishing.Dispose();
        firing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await context.Started.WaitAsync(stopping);
        context.Bus.Changed += signal.Wake;
        var marking = MarkAsync(stopping);
        try { await ClaimAndCarryAsync(stopping); }
        finally
        {
            context.Bus.Changed -= signal.Wake;
            await Task.WhenAll(carrying.Keys);
            published.Writer.Complete();
            await marking;
        }
    }

    private async Task ClaimAndCarryAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var free = MaxInHand - Volatile.Read(ref inHand);
                var rows = free < BatchSize ? [] : await ClaimAsync(await MayPublishAsync(stopping), stopping);
                if (rows.Count == 0) await signal.WaitAsync(IdlePoll, stopping);
                foreach (var group in rows.GroupBy(r => r.Subject)) Carry([.. group], stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogClaimFailed(e, context.Facts.Name);
                await signal.WaitAsync(TimeSpan.FromSeconds(1), stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    /// <summary>Facts are claimed only while the bus takes them; those of a bus that is away are not failures.</summary>
    private async Task<bool> MayPublishAsync(CancellationToken ct)
    {
        var refused = Volatile.Read(ref refusedAt);
        return (refused == 0 || Stopwatch.GetElapsedTime(refused) > AfterRefusal) && await place.IsReadyAsync(ct);
    }

    private async Task<List<Row>> ClaimAsync(bool eventsToo, CancellationToken ct)
    {
        // A fact waits while an earlier one of its subject is in someone's hands or backing off; timers wait for nobody.
        await using var claim = source.Sql("""
            update outbox set leased_until = now() + $3, attempts = attempts + 1
            where position in (
                select o.position from outbox o
                where o.published_at is null and o.parked_at is null and o.due_at <= $1 and (o.leased_until is null or o.leased_until < now())
                  and (o.kind = 'timer' or $4 and not exists (
                      select 1 from outbox e where e.subject = o.subject and e.position < o.position and e.kind = 'event' and e.published_at is null and e.parked_at is null
                        and (e.due_at > $1 or e.leased_until >= now())))
                order by o.position limit $2 for update skip locked)
            returning position, id, kind, type, subject, sequence, data::text, occurred_at, correlation_id, causation_id, traceparent, attempts, replay
            """, context.Clock.GetUtcNow().ToUniversalTime(), BatchSize, Lease, eventsToo);
        var rows = new List<Row>();
        await using var reader = await claim.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(new Row(reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.Maybe<long>(5), reader.GetString(6),
                reader.GetFieldValue<DateTimeOffset>(7), reader.Text(8), reader.Text(9), reader.Text(10), reader.GetInt32(11), reader.GetInt32(12)));
        rows.Sort((a, b) => a.Position.CompareTo(b.Position));
        return rows;
    }

    private void Carry(List<Row> rowsOfOneSubject, CancellationToken stopping)
    {
        Interlocked.Add(ref inHand, rowsOfOneSubject.Count);
        var task = CarryAsync(rowsOfOneSubject, stopping);
        carrying[task] = 0;
        _ = task.ContinueWith(t => carrying.TryRemove(t, out var _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task CarryAsync(List<Row> rowsOfOneSubject, CancellationToken stopping)
    {
        var failed = false;
        var release = new List<long>();
        foreach (var row in rowsOfOneSubject)
        {
            if (stopping.IsCancellationRequested || (failed && !row.IsTimer))
            {
                release.Add(row.Position);
                continue;
            }
            try
            {
                if (row.IsTimer) await Within(firing, () => FireAsync(row, stopping), stopping);
                else
                {
                    await Within(publishing, () => context.Bus.PublishAsync(Envelope(row), stopping), stopping);
                    published.Writer.TryWrite(row.Position); // leaves our hands when it is marked
                    continue;
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { release.Add(row.Position); continue; }
            catch (TimerGoneException) { release.Add(row.Position); continue; } // set again, it may be due already
            catch (BusAwayException e)
            {
                failed = true;
                if (refusals.Lasts()) LogRefused(context.Facts.Name, e.Message);
                Volatile.Write(ref refusedAt, Stopwatch.GetTimestamp());
                release.Add(row.Position);
                continue;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever a consumer or a timer door throws must not stop the relay: the row says what happened and comes again.
                failed |= !row.IsTimer;
                LogCarryFailed(e, row.Kind, row.Type, row.Subject, row.Attempts);
                await AgainAsync(() => FailAsync(row, e), stopping);
            }
            Interlocked.Decrement(ref inHand);
        }
        if (release.Count == 0) return;
        await AgainAsync(() => source.ExecuteAsync("update outbox set leased_until = null, attempts = greatest(attempts - 1, 0) where position = any($1)", [release.ToArray()], CancellationToken.None), stopping);
        Interlocked.Add(ref inHand, -release.Count);
    }

    private static async Task Within(SemaphoreSlim slots, Func<Task> work, CancellationToken ct)
    {
        await slots.WaitAsync(ct);
        try { await work(); }
        finally { slots.Release(); }
    }

    /// <summary>Marks what was published, all that is there in one statement: while one runs the next gathers.</summary>
    private async Task MarkAsync(CancellationToken stopping)
    {
        var positions = new List<long>();
        while (await published.Reader.WaitToReadAsync(CancellationToken.None))
        {
            positions.Clear();
            if (refusals.Ends()) LogTaken(context.Facts.Name);
            while (positions.Count < MaxInHand && published.Reader.TryRead(out var position)) positions.Add(position);
            await AgainAsync(() => source.ExecuteAsync("update outbox set published_at = now(), leased_until = null, last_error = null where position = any($1)", [positions.ToArray()], CancellationToken.None), stopping);
            Interlocked.Add(ref inHand, -positions.Count);
            signal.Wake(); // later facts of these subjects may go now
        }
    }

    /// <summary>Notes survive a short absence of the database. When it stays away, the lease runs out and the row comes again, which is safe.</summary>
    private async Task AgainAsync(Func<Task> note, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                await note();
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                if (attempt == 5 || stopping.IsCancellationRequested)
                {
                    LogNoteFailed(e, context.Facts.Name);
                    return;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt * attempt), CancellationToken.None);
            }
    }

    private async Task FireAsync(Row row, CancellationToken ct)
    {
        if (!timers.TryGetValue(row.Type, out var seam)) throw new InvalidOperationException($"{context.Facts.Name} has no timer {row.Type}");
        await using var scope = scopes.CreateAsyncScope();
        using var _ = RequestContext.Begin(row.CorrelationId ?? row.Id.ToString("n"), row.Id.ToString());
        var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
        var outbox = scope.ServiceProvider.GetRequiredService<Outbox>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await db.Database.SqlQuery<bool>($"""select exists (select from outbox where id = {row.Id} and published_at is null) as "Value" """).SingleAsync(ct)) throw new TimerGoneException();
        outbox.Opens(row.Id);
        await seam.Run(scope.ServiceProvider, row.Subject, ct);
        await outbox.MarkFiredAsync(ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        signal.Wake();
    }

    private Task FailAsync(Row row, Exception e)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Min(30_000, 50 * Math.Pow(2, Math.Min(row.Attempts, 12))));
        return source.ExecuteAsync("""
            update outbox set leased_until = case when $4 then null else now() + $2 end, last_error = $3, parked_at = case when $4 then now() end where position = $1 and published_at is null
            """, [row.Position, wait, e.Message, row.Attempts >= ParkAfterAttempts], CancellationToken.None);
    }

    private EventEnvelope Envelope(Row row) => new()
    {
        Id = row.Id, Source = "/estospaces/" + context.Facts.Name, Type = row.Type, Subject = row.Subject, Time = row.OccurredAt, Sequence = row.Sequence ?? 0, Replay = row.Replay,
        CorrelationId = row.CorrelationId, CausationId = row.CausationId, TraceParent = row.Traceparent ?? Activity.Current?.Id, Data = JsonDocument.Parse(row.Data).RootElement,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox of {Module} can't be read; trying again")]
    private partial void LogClaimFailed(Exception e, string module);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox of {Module} can't be written; its rows come again")]
    private partial void LogNoteFailed(Exception e, string module);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The bus takes no facts of {Module}: {Reason}")]
    private partial void LogRefused(string module, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The bus takes facts of {Module} again")]
    private partial void LogTaken(string module);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Type} of {Subject} failed at attempt {Attempt}; it comes again")]
    private partial void LogCarryFailed(Exception e, string kind, string type, string subject, int attempt);
}
