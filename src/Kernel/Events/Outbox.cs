using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace EstoSpaces.Kernel.Events;

/// <summary>
/// The way of a fact out of a module: rows written in the transaction of the change itself, published afterwards by <see cref="OutboxRelay"/>.
/// Timers are rows with a due time. Call <c>SaveChangesAsync</c> after it, or use the SQL form on a connection of your own.
/// </summary>
public sealed class Outbox(ModuleDb db, TimeProvider clock)
{
    private static readonly AsyncLocal<StrongBox<bool>?> Watched = new();
    private Guid? firing;

    /// <summary>Tells all other modules, once the change is saved.</summary>
    public void Add(IEvent fact)
    {
        Written();
        db.Set<OutboxRow>().Add(Row(fact));
    }

    public void AddAll(IEnumerable<IEvent> facts)
    {
        foreach (var fact in facts) Add(fact);
    }

    /// <summary>Opens a timer door of this module at the due time. Setting it again for the same subject moves it. Runs at once on the context's connection, inside its transaction if there is one.</summary>
    public async Task SetTimerAsync<TTimer>(string subject, DateTimeOffset dueAt, CancellationToken ct) where TTimer : class, ITimerDoor
    {
        await MarkFiredAsync(ct);
        Written();
        var (name, now, id) = (TimerSeam.NameOf<TTimer>(), clock.GetUtcNow(), Guid.CreateVersion7());
        // Set again it is another timer: a door that is open for the old one has not seen why, and must not mark it fired.
        await db.Database.ExecuteSqlAsync($"""
            insert into outbox (id, kind, type, subject, data, occurred_at, due_at, correlation_id)
            values ({id}, 'timer', {name}, {subject}, jsonb_build_object(), {now}, {dueAt.ToUniversalTime()}, {RequestContext.CorrelationId})
            on conflict (type, subject) where kind = 'timer' and published_at is null and parked_at is null
            do update set id = excluded.id, due_at = excluded.due_at, attempts = 0
            """, ct);
    }

    /// <summary>Takes a timer back; nothing happens when it is not set.</summary>
    public async Task ClearTimerAsync<TTimer>(string subject, CancellationToken ct) where TTimer : class, ITimerDoor
    {
        await MarkFiredAsync(ct);
        var name = TimerSeam.NameOf<TTimer>();
        await db.Database.ExecuteSqlAsync($"delete from outbox where kind = 'timer' and type = {name} and subject = {subject} and published_at is null and parked_at is null", ct);
    }

    /// <summary>
    /// The door of this timer opens in this scope. Its row is marked when the door touches timers itself, or at its end: by then it has locked what it works on, so that row and work are locked
    /// in the same order as by a request that changes the same thing and takes the timer back. Marked first, the two would wait for each other in a circle.
    /// </summary>
    internal void Opens(Guid timer) => firing = timer;

    /// <summary>Throws <see cref="TimerGoneException"/> when the timer was taken back, set again, or fired elsewhere in the meantime.</summary>
    internal async Task MarkFiredAsync(CancellationToken ct)
    {
        if (firing is not { } timer) return;
        firing = null;
        if (await db.Database.ExecuteSqlAsync($"update outbox set published_at = now(), leased_until = null where id = {timer} and published_at is null", ct) == 0) throw new TimerGoneException();
    }

    /// <summary>The SQL form: writes facts on a connection with an open transaction, any number of them in one statement.</summary>
    public static async Task InsertAsync(NpgsqlConnection connection, IEnumerable<IEvent> facts, DateTimeOffset now, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(facts, now) } };
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The same as part of a batch, for hot paths: all statements of an <see cref="NpgsqlBatch"/> travel at once and, with no transaction open, are one. Wake the relay afterwards.</summary>
    public static NpgsqlBatchCommand Command(IEnumerable<IEvent> facts, DateTimeOffset now)
    {
        Written();
        var rows = facts.ToList();
        return new NpgsqlBatchCommand("""
            insert into outbox (id, kind, type, subject, data, occurred_at, due_at, correlation_id, causation_id, traceparent)
            select id, 'event', type, subject, data, $5, $5, $6, $7, $8 from unnest($1, $2, $3, $4) with ordinality as fact (id, type, subject, data, place) order by place
            """)
        {
            Parameters =
            {
                new() { Value = rows.ConvertAll(_ => Guid.CreateVersion7()).ToArray() }, new() { Value = rows.ConvertAll(f => EventTypes.Of(f.GetType())).ToArray() },
                new() { Value = rows.ConvertAll(f => f.Subject).ToArray() },
                new() { Value = rows.ConvertAll(f => JsonSerializer.Serialize(f, f.GetType(), Wire.Json)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                new() { Value = now.ToUniversalTime() }, Text(RequestContext.CorrelationId), Text(RequestContext.CausationId), Text(Activity.Current?.Id),
            },
        };
    }

    /// <summary>Sets timers as part of a batch.</summary>
    public static NpgsqlBatchCommand TimerCommand<TTimer>(IEnumerable<(string Subject, DateTimeOffset DueAt)> timers, DateTimeOffset now) where TTimer : class, ITimerDoor
    {
        Written();
        var rows = timers.ToList();
        return new NpgsqlBatchCommand("""
            insert into outbox (id, kind, type, subject, data, occurred_at, due_at, correlation_id)
            select id, 'timer', $4, subject, '{}'::jsonb, $5, due_at, $6 from unnest($1, $2, $3) as timer (id, subject, due_at)
            on conflict (type, subject) where kind = 'timer' and published_at is null and parked_at is null
            do update set id = excluded.id, due_at = excluded.due_at, attempts = 0
            """)
        {
            Parameters =
            {
                new() { Value = rows.ConvertAll(_ => Guid.CreateVersion7()).ToArray() }, new() { Value = rows.ConvertAll(t => t.Subject).ToArray() },
                new() { Value = rows.ConvertAll(t => t.DueAt.ToUniversalTime()).ToArray() }, new() { Value = TimerSeam.NameOf<TTimer>() }, new() { Value = now.ToUniversalTime() }, Text(RequestContext.CorrelationId),
            },
        };
    }

    /// <summary>From here on, in this flow of calls, it can be told whether the outbox was written to.</summary>
    internal static StrongBox<bool> Watch() => Watched.Value = new StrongBox<bool>();

    private static void Written()
    {
        if (Watched.Value is { } box) box.Value = true;
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private OutboxRow Row(IEvent fact)
    {
        var now = clock.GetUtcNow();
        return new OutboxRow
        {
            Id = Guid.CreateVersion7(), Kind = "event", Type = EventTypes.Of(fact.GetType()), Subject = fact.Subject,
            Data = JsonSerializer.Serialize(fact, fact.GetType(), Wire.Json), OccurredAt = now, DueAt = now,
            CorrelationId = RequestContext.CorrelationId, CausationId = RequestContext.CausationId, Traceparent = Activity.Current?.Id,
        };
    }
}

/// <summary>The timer whose door is open is not there any more: what the door did is undone.</summary>
internal sealed class TimerGoneException() : Exception("the timer was taken back, set again, or fired elsewhere");

/// <summary>A row of the outbox as EF Core inserts it. Everything else about it is SQL.</summary>
public sealed class OutboxRow
{
    public long Position { get; init; }
    public required Guid Id { get; init; }
    public required string Kind { get; init; }
    public required string Type { get; init; }
    public required string Subject { get; init; }
    public required string Data { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public string? CorrelationId { get; init; }
    public string? CausationId { get; init; }
    public string? Traceparent { get; init; }
}
