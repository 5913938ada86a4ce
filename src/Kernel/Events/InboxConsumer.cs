using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Events;

/// <summary>
/// The event door: inbox row and effect in one transaction, so that an event that comes twice has its effect once. Events that come together share a transaction and a scope; one that fails gets its
/// own. One that keeps failing is parked, with its envelope and error.
/// </summary>
public sealed partial class InboxConsumer(ModuleContext context, IServiceScopeFactory scopes, NpgsqlDataSource source, OutboxSignal signal, ILogger<InboxConsumer> log)
{
    public const int ParkAfterAttempts = 12;
    private static readonly ActivitySource Tracing = new("EstoSpaces.Events");
    private const int MaxTogether = 64;
    private static readonly TimeSpan LongestTransaction = TimeSpan.FromMilliseconds(250);
    private readonly ILookup<string, ReactionSeam> reactions = context.Facts.Hears.ToLookup(r => r.Type);
    private int together = MaxTogether;

    /// <summary>Handles one event. Returns when it is handled, was handled before, or is parked; throws when it should come again.</summary>
    public async Task HandleAsync(EventEnvelope envelope, CancellationToken ct)
    {
        try { await ReactAsync([envelope], ct); }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { throw; }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFailed(e, context.Facts.Name, envelope.Type, envelope.Id);
            var parked = await RecordFailureAsync(envelope, e);
            BusMetrics.Handled.Add(1, new("module", context.Facts.Name), new("outcome", parked ? "parked" : "failed"));
            if (!parked) throw;
        }
    }

    /// <summary>
    /// Handles events in the order given; answers for each null or why it should come again. They share transactions, of so many that one takes no longer than a quarter of a second. When one of
    /// them fails, those before it and those after it share theirs again and it gets its own.
    /// </summary>
    public async Task<IReadOnlyList<Exception?>> HandleAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct)
    {
        var outcomes = new Exception?[envelopes.Count];
        var parts = new Stack<Range>();
        if (outcomes.Length > 0) parts.Push(Range.EndAt(outcomes.Length));
        while (parts.TryPop(out var part))
        {
            var (from, to) = (part.Start.Value, part.End.Value);
            var most = from + Volatile.Read(ref together);
            if (to > most)
            {
                parts.Push(most..to);
                to = most;
            }
            if (to - from > 1)
            {
                if (await FailsAtAsync(envelopes, from, to, ct) is not { } at) continue;
                if (at + 1 < to) parts.Push((at + 1)..to);
                parts.Push(at..(at + 1));
                if (at > from) parts.Push(from..at);
                continue;
            }
            try { await HandleAsync(envelopes[from], ct); }
            catch (Exception e) when (e is not OutOfMemoryException) { outcomes[from] = e; }
        }
        return outcomes;
    }

    /// <summary>Null: all of them are handled. Else none of them is, and it is said which failed.</summary>
    private async Task<int?> FailsAtAsync(IReadOnlyList<EventEnvelope> envelopes, int from, int to, CancellationToken ct)
    {
        var begun = new StrongBox<int>(0);
        try
        {
            await ReactAsync([.. envelopes.Skip(from).Take(to - from)], ct, begun);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (!ct.IsCancellationRequested) LogApart(context.Facts.Name, to - from, e.Message);
            return from + begun.Value;
        }
    }

    private async Task ReactAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct, StrongBox<int>? begun = null)
    {
        var at = Stopwatch.GetTimestamp();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var fresh = await EnterAsync(connection, envelopes, ct);
        if (fresh.Count == 0) return;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
        db.Database.SetDbConnection(connection);
        db.Database.AutoSavepointsEnabled = false; // what fails takes the whole transaction back
        await db.Database.UseTransactionAsync(transaction, ct);
        var told = Outbox.Watch();
        var done = new List<ReactionContext>(fresh.Count);
        for (var i = 0; i < envelopes.Count; i++)
        {
            if (begun is not null) begun.Value = i;
            if (fresh.Contains(envelopes[i].Id)) done.Add(await ReactAsync(envelopes[i], scope.ServiceProvider, db, ct));
        }
        await transaction.CommitAsync(ct);
        done.ForEach(reaction => reaction.Committed());
        BusMetrics.Handled.Add(done.Count, new("module", context.Facts.Name), new("outcome", "handled"));
        if (told.Value) signal.Wake();
        var affordable = (int)(LongestTransaction / (Stopwatch.GetElapsedTime(at) / envelopes.Count));
        Volatile.Write(ref together, Math.Clamp(affordable, 1, Math.Min(MaxTogether, together * 2)));
    }

    /// <summary>Writes the inbox rows; answers the ids that were not there. In the order of ids, so that two instances never wait for each other in a circle.</summary>
    private async Task<HashSet<Guid>> EnterAsync(NpgsqlConnection connection, IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct)
    {
        await using var enter = connection.Sql("""
            with cured as (delete from inbox_failures where consumer = $1 and event_id = any($2))
            insert into inbox (consumer, event_id) select $1, id from unnest($2) as id on conflict do nothing returning event_id
            """, context.Facts.Name, envelopes.Select(e => e.Id).Order().ToArray());
        await using var reader = await enter.ExecuteReaderAsync(ct);
        var fresh = new HashSet<Guid>();
        while (await reader.ReadAsync(ct)) fresh.Add(reader.GetGuid(0));
        return fresh;
    }

    private async Task<ReactionContext> ReactAsync(EventEnvelope envelope, IServiceProvider provider, ModuleDb db, CancellationToken ct)
    {
        using var activity = Tracing.StartActivity("react " + envelope.Type, ActivityKind.Consumer, envelope.TraceParent);
        using var _ = RequestContext.Begin(envelope.CorrelationId ?? envelope.Id.ToString("n"), envelope.Id.ToString());
        var reaction = new ReactionContext(envelope);
        foreach (var seam in reactions[envelope.Type]) await seam.Run(provider, envelope, reaction, ct);
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear(); // the next one reads what is in the database
        return reaction;
    }

    /// <summary>True when it is parked now: the bus may forget it.</summary>
    private async Task<bool> RecordFailureAsync(EventEnvelope envelope, Exception e)
    {
        await using var record = source.Sql("""
            insert into inbox_failures as f (consumer, event_id, envelope, attempts, last_error) values ($1, $2, $3::jsonb, 1, $4)
            on conflict (consumer, event_id) do update set attempts = f.attempts + 1, last_error = excluded.last_error, failed_at = now(), retry_at = null, parked_at = case when f.attempts + 1 >= $5 then now() end
            returning parked_at is not null
            """, context.Facts.Name, envelope.Id, JsonSerializer.Serialize(envelope, Wire.Json), e.ToString(), ParkAfterAttempts);
        return (bool)(await record.ExecuteScalarAsync(CancellationToken.None))!;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Module} could not react to {Type} {EventId}")]
    private partial void LogFailed(Exception e, string module, string type, Guid eventId);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Module} handles one of {Count} events apart: together they failed with {Reason}")]
    private partial void LogApart(string module, int count, string reason);
}
