using System.Diagnostics;
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
/// The event door: inbox row and effect in one transaction, so that an event that comes twice has its effect once. Events that come together share a transaction; when one of them fails, each gets
/// its own. One that keeps failing is parked, with its envelope and error.
/// </summary>
public sealed partial class InboxConsumer(ModuleContext context, IServiceScopeFactory scopes, NpgsqlDataSource source, OutboxSignal signal, ILogger<InboxConsumer> log)
{
    public const int ParkAfterAttempts = 12;
    private static readonly ActivitySource Tracing = new("EstoSpaces.Events");
    private readonly ILookup<string, ReactionSeam> reactions = context.Facts.Hears.ToLookup(r => r.Type);

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

    /// <summary>Handles events of different subjects; answers for each null or why it should come again.</summary>
    public async Task<IReadOnlyList<Exception?>> HandleAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct)
    {
        var outcomes = new Exception?[envelopes.Count];
        if (envelopes.Count > 1)
            try
            {
                await ReactAsync(envelopes, ct);
                return outcomes;
            }
            catch (Exception e) when (e is not OutOfMemoryException && !ct.IsCancellationRequested) { LogApart(context.Facts.Name, envelopes.Count, e.Message); }
        for (var i = 0; i < outcomes.Length; i++)
            try { await HandleAsync(envelopes[i], ct); }
            catch (Exception e) when (e is not OutOfMemoryException) { outcomes[i] = e; }
        return outcomes;
    }

    private async Task ReactAsync(IReadOnlyList<EventEnvelope> envelopes, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var fresh = await EnterAsync(connection, envelopes, ct);
        if (fresh.Count == 0) return;
        var done = new List<ReactionContext>(fresh.Count);
        foreach (var envelope in envelopes)
            if (fresh.Contains(envelope.Id)) done.Add(await ReactAsync(envelope, connection, transaction, ct));
        await transaction.CommitAsync(ct);
        done.ForEach(reaction => reaction.Committed());
        BusMetrics.Handled.Add(done.Count, new("module", context.Facts.Name), new("outcome", "handled"));
        signal.Wake();
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

    private async Task<ReactionContext> ReactAsync(EventEnvelope envelope, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        using var activity = Tracing.StartActivity("react " + envelope.Type, ActivityKind.Consumer, envelope.TraceParent);
        using var _ = RequestContext.Begin(envelope.CorrelationId ?? envelope.Id.ToString("n"), envelope.Id.ToString());
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
        db.Database.SetDbConnection(connection);
        await db.Database.UseTransactionAsync(transaction, ct);
        var reaction = new ReactionContext(envelope);
        foreach (var seam in reactions[envelope.Type]) await seam.Run(scope.ServiceProvider, envelope, reaction, ct);
        await db.SaveChangesAsync(ct);
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

    [LoggerMessage(Level = LogLevel.Information, Message = "{Module} handles {Count} events one by one: together they failed with {Reason}")]
    private partial void LogApart(string module, int count, string reason);
}
