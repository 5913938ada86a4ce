using System.Diagnostics;
using System.Text.Json;
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
/// marks them on acknowledgement, backs off, and parks what fails too often. Facts of one subject leave in their order.
/// </summary>
public sealed partial class OutboxRelay(ModuleContext context, NpgsqlDataSource source, OutboxSignal signal, IServiceScopeFactory scopes, ILogger<OutboxRelay> log) : BackgroundService
{
    private const int BatchSize = 200;
    private const int ParkAfterAttempts = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, TimerSeam> timers = context.Facts.Timers.ToDictionary(t => t.Name);

    private sealed record Row(long Position, Guid Id, string Kind, string Type, string Subject, long? Sequence, string Data, DateTimeOffset OccurredAt, string? CorrelationId, string? CausationId, string? Traceparent, int Attempts);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var rows = await ClaimAsync(stopping);
                if (rows.Count == 0) await signal.WaitAsync(IdlePoll, stopping);
                else await Parallel.ForEachAsync(rows.GroupBy(r => r.Subject), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stopping }, (group, ct) => CarryAsync(group, ct));
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogClaimFailed(e, context.Facts.Name);
                await signal.WaitAsync(TimeSpan.FromSeconds(1), stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private async Task<List<Row>> ClaimAsync(CancellationToken ct)
    {
        // A fact waits while an earlier one of its subject is in someone's hands or backing off; timers wait for nobody.
        await using var claim = source.Sql("""
            update outbox set leased_until = now() + $3, attempts = attempts + 1
            where position in (
                select o.position from outbox o
                where o.published_at is null and o.parked_at is null and o.due_at <= $1 and (o.leased_until is null or o.leased_until < now())
                  and (o.kind = 'timer' or not exists (
                      select 1 from outbox e where e.subject = o.subject and e.position < o.position and e.kind = 'event' and e.published_at is null and e.parked_at is null
                        and (e.due_at > $1 or e.leased_until >= now())))
                order by o.position limit $2 for update skip locked)
            returning position, id, kind, type, subject, sequence, data::text, occurred_at, correlation_id, causation_id, traceparent, attempts
            """, context.Clock.GetUtcNow().ToUniversalTime(), BatchSize, Lease);
        var rows = new List<Row>();
        await using var reader = await claim.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(new Row(reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.Maybe<long>(5), reader.GetString(6),
                reader.GetFieldValue<DateTimeOffset>(7), reader.Text(8), reader.Text(9), reader.Text(10), reader.GetInt32(11)));
        rows.Sort((a, b) => a.Position.CompareTo(b.Position));
        return rows;
    }

    private async ValueTask CarryAsync(IEnumerable<Row> rowsOfOneSubject, CancellationToken ct)
    {
        var failed = false;
        var published = new List<long>();
        foreach (var row in rowsOfOneSubject)
        {
            if (failed && row.Kind == "event") { await ReleaseAsync(row, ct); continue; }
            try
            {
                if (row.Kind == "timer") await FireAsync(row, ct);
                else
                {
                    await context.Bus.PublishAsync(Envelope(row), ct);
                    published.Add(row.Position);
                }
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested) { break; }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whatever a consumer or a timer door throws must not stop the relay: the row says what happened and comes again.
                failed |= row.Kind == "event";
                LogCarryFailed(e, row.Kind, row.Type, row.Subject, row.Attempts);
                await FailAsync(row, e, CancellationToken.None);
            }
        }
        if (published.Count > 0) await MarkAsync(published);
    }

    private async Task MarkAsync(List<long> positions)
    {
        await source.ExecuteAsync("update outbox set published_at = now(), leased_until = null, last_error = null where position = any($1)", [positions.ToArray()], CancellationToken.None);
    }

    private async Task FireAsync(Row row, CancellationToken ct)
    {
        if (!timers.TryGetValue(row.Type, out var seam)) throw new InvalidOperationException($"{context.Facts.Name} has no timer {row.Type}");
        await using var scope = scopes.CreateAsyncScope();
        using var _ = RequestContext.Begin(row.CorrelationId ?? row.Id.ToString("n"), row.Id.ToString());
        var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var due = await db.Database.ExecuteSqlAsync($"update outbox set published_at = now(), leased_until = null where position = {row.Position} and published_at is null", ct);
        if (due == 0) return;
        await seam.Run(scope.ServiceProvider, row.Subject, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        signal.Wake();
    }

    private async Task FailAsync(Row row, Exception e, CancellationToken ct)
    {
        var wait = TimeSpan.FromMilliseconds(Math.Min(30_000, 50 * Math.Pow(2, Math.Min(row.Attempts, 12))));
        await source.ExecuteAsync("""
            update outbox set leased_until = case when $4 then null else now() + $2 end, last_error = $3, parked_at = case when $4 then now() end where position = $1 and published_at is null
            """, [row.Position, wait, e.Message, row.Attempts >= ParkAfterAttempts], ct);
    }

    private async Task ReleaseAsync(Row row, CancellationToken ct)
    {
        await source.ExecuteAsync("update outbox set leased_until = null, attempts = attempts - 1 where position = $1", [row.Position], ct);
    }

    private EventEnvelope Envelope(Row row) => new()
    {
        Id = row.Id, Source = "/estospaces/" + context.Facts.Name, Type = row.Type, Subject = row.Subject, Time = row.OccurredAt, Sequence = row.Sequence ?? 0,
        CorrelationId = row.CorrelationId, CausationId = row.CausationId, TraceParent = row.Traceparent ?? Activity.Current?.Id, Data = JsonDocument.Parse(row.Data).RootElement,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox of {Module} can't be read; trying again")]
    private partial void LogClaimFailed(Exception e, string module);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Type} of {Subject} failed at attempt {Attempt}; it comes again")]
    private partial void LogCarryFailed(Exception e, string kind, string type, string subject, int attempt);
}
