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

/// <summary>The event door: inbox row and effect in one transaction, so that an event that comes twice has its effect once. One that keeps failing is parked, with its envelope and error.</summary>
public sealed partial class InboxConsumer(ModuleContext context, IServiceScopeFactory scopes, NpgsqlDataSource source, OutboxSignal signal, ILogger<InboxConsumer> log)
{
    private const int ParkAfterAttempts = 12;
    private static readonly ActivitySource Tracing = new("EstoSpaces.Events");
    private readonly ILookup<string, ReactionSeam> reactions = context.Facts.Hears.ToLookup(r => r.Type);

    public async Task HandleAsync(EventEnvelope envelope, CancellationToken ct)
    {
        using var activity = Tracing.StartActivity("react " + envelope.Type, ActivityKind.Consumer, envelope.TraceParent);
        using var _ = RequestContext.Begin(envelope.CorrelationId ?? envelope.Id.ToString("n"), envelope.Id.ToString());
        try
        {
            await ReactAsync(envelope, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { throw; }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFailed(e, context.Facts.Name, envelope.Type, envelope.Id);
            if (!await RecordFailureAsync(envelope, e)) throw;
        }
    }

    private async Task ReactAsync(EventEnvelope envelope, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
        var reaction = new ReactionContext(envelope);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var isNew = await db.Database.ExecuteSqlAsync($"insert into inbox (consumer, event_id) values ({context.Facts.Name}, {envelope.Id}) on conflict do nothing", ct);
        if (isNew == 0) return;
        foreach (var seam in reactions[envelope.Type]) await seam.Run(scope.ServiceProvider, envelope, reaction, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        reaction.Committed();
        signal.Wake();
    }

    /// <summary>True when it is parked now: the bus may forget it.</summary>
    private async Task<bool> RecordFailureAsync(EventEnvelope envelope, Exception e)
    {
        await using var record = source.Sql("""
            insert into inbox_failures as f (consumer, event_id, envelope, attempts, last_error) values ($1, $2, $3::jsonb, 1, $4)
            on conflict (consumer, event_id) do update set attempts = f.attempts + 1, last_error = excluded.last_error, failed_at = now(), parked_at = case when f.attempts + 1 >= $5 then now() end
            returning parked_at is not null
            """, context.Facts.Name, envelope.Id, JsonSerializer.Serialize(envelope, Wire.Json), e.ToString(), ParkAfterAttempts);
        return (bool)(await record.ExecuteScalarAsync(CancellationToken.None))!;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Module} could not react to {Type} {EventId}")]
    private partial void LogFailed(Exception e, string module, string type, Guid eventId);
}
