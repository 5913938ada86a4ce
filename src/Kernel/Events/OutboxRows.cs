using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Events;

/// <summary>A fact as the relay reads it. Attempts: how often the bus refused it.</summary>
internal sealed record OutboxFact(long Position, Guid Id, string Type, string Subject, int SubjectHash, long Sequence, string Data, DateTimeOffset OccurredAt, string? CorrelationId, string? CausationId, string? Traceparent, int Attempts, int Replay);

/// <summary>A timer that is due. Attempts: this one counted.</summary>
internal sealed record OutboxTimer(long Position, Guid Id, string Type, string Subject, string? CorrelationId, int Attempts);

/// <summary>
/// What the relay says to its database. Facts are read without being written: that they are in hand is noted for all of them together, by subject. Only one replica reads at a time, each leaves out the subjects
/// of the others. Should two carry the same subject all the same, its order holds: each publishes whatever is not marked, from the first on, one after the other, and what comes twice is dropped.
/// </summary>
internal sealed partial class OutboxRows(ModuleContext context, NpgsqlDataSource source, ILogger log)
{
    public const int ParkAfterAttempts = 20;
    public const int FactsAtOnce = 256;
    private const long ReadingLock = 0x4573746F_46616374;
    private static readonly TimeSpan TimerLease = TimeSpan.FromSeconds(60);

    /// <summary>So long the subjects of a relay that died wait for another; one that lives says every second that it has them.</summary>
    private static readonly TimeSpan CarrierLease = TimeSpan.FromSeconds(15);

    // What a crash may take back is safe to lose: a fact whose mark is gone is published again and dropped, a timer that was claimed is due again. None of it need wait for the disk.
    private const string NeedNotWaitForDisk = "select set_config('synchronous_commit', 'off', true)";

    private const string TakeTurn = "select set_config('synchronous_commit', 'off', true), pg_advisory_xact_lock($1)";

    private const string ReadFacts = """
        with facts as materialized (
            select o.position, o.id, o.type, o.subject, hashtext(o.subject) as subject_hash, o.sequence, o.data::text as data, o.occurred_at, o.correlation_id, o.causation_id, o.traceparent, o.attempts, o.replay
            from outbox o
            where o.kind = 'event' and o.published_at is null and o.parked_at is null and (o.leased_until is null or o.leased_until < now()) and o.position <> all($1)
              and hashtext(o.subject) <> all(array(select unnest(subjects) from outbox_carriers where holder <> $2 and until > now()))
              and not exists (
                  select from outbox e where e.subject = o.subject and e.position < o.position
                    and e.kind = 'event' and e.published_at is null and e.parked_at is null and e.leased_until is not null and e.leased_until >= now())
            order by o.position limit $3),
        noted as (
            insert into outbox_carriers (holder, subjects, until)
            select $2, array(select subject_hash from facts union select unnest($4)), now() + $5 where $6 or exists (select from facts)
            on conflict (holder) do update set subjects = excluded.subjects, until = excluded.until)
        select * from facts order by position
        """;

    private const string ClaimTimers = """
        update outbox set leased_until = now() + $1, attempts = attempts + 1
        where position in (
            select position from outbox
            where kind = 'timer' and published_at is null and parked_at is null and due_at <= $2 and (leased_until is null or leased_until < now())
            order by due_at limit $3 for update skip locked)
        returning position, id, type, subject, correlation_id, attempts
        """;

    private const string MarkPublished = "update outbox set published_at = now(), leased_until = null, last_error = null where position = any($1) and published_at is null";

    private readonly Guid holder = Guid.CreateVersion7();
    private bool noted;

    /// <summary>
    /// Marks what was published, and reads facts that may leave now and timers that are due, in one round trip. Timers are ours for a minute. <paramref name="inHand"/>: the positions to leave out, the subjects that stay
    /// ours, and the positions to mark.
    /// </summary>
    public async Task<(List<OutboxFact> Facts, List<OutboxTimer> Timers)> ReadAsync((long[] Positions, int[] Subjects, long[] Published) inHand, bool factsToo, int timersAtMost, CancellationToken ct)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(factsToo ? Command(TakeTurn, ReadingLock) : Command(NeedNotWaitForDisk));
        if (inHand.Published.Length > 0) batch.BatchCommands.Add(Command(MarkPublished, inHand.Published));
        batch.BatchCommands.Add(Command(ClaimTimers, TimerLease, context.Clock.GetUtcNow().ToUniversalTime(), timersAtMost));
        if (factsToo) batch.BatchCommands.Add(Command(ReadFacts, inHand.Positions, holder, FactsAtOnce, inHand.Subjects, CarrierLease, noted));
        var (facts, timers) = (new List<OutboxFact>(), new List<OutboxTimer>());
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct); // an update that answers nothing is no result
        while (await reader.ReadAsync(ct)) timers.Add(new OutboxTimer(reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.Text(4), reader.GetInt32(5)));
        if (factsToo && await reader.NextResultAsync(ct))
            while (await reader.ReadAsync(ct))
                facts.Add(new OutboxFact(reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4), reader.Maybe<long>(5) ?? 0, reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7),
                    reader.Text(8), reader.Text(9), reader.Text(10), reader.GetInt32(11), reader.GetInt32(12)));
        while (await reader.NextResultAsync(ct)) { }
        // What we let go of has to be told once more, when there is nothing new.
        if (factsToo) noted = facts.Count > 0 || inHand.Subjects.Length > 0;
        return (facts, timers);
    }

    /// <summary>The bus refused it: it comes again after a pause that grows, or is parked.</summary>
    public Task FailAsync(OutboxFact fact, Exception e, CancellationToken stopping) => FailAsync(fact.Position, fact.Attempts + 1, e, stopping);

    /// <summary>Its door failed.</summary>
    public Task FailAsync(OutboxTimer timer, Exception e, CancellationToken stopping) => FailAsync(timer.Position, timer.Attempts, e, stopping);

    /// <summary>Timers whose door was not opened after all.</summary>
    public Task ReleaseAsync(IReadOnlyList<OutboxTimer> timers, CancellationToken stopping) => NoteAsync(() => source.ExecuteAsync(
        "update outbox set leased_until = null, attempts = greatest(attempts - 1, 0) where position = any($1)", [timers.Select(t => t.Position).ToArray()], CancellationToken.None), stopping);

    /// <summary>On the way out: marks what is published, and other replicas need not wait until what we hold has run out.</summary>
    public Task LeaveAsync(long[] published) => NoteAsync(async () =>
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(Command(MarkPublished, published));
        batch.BatchCommands.Add(Command("delete from outbox_carriers where holder = $1", holder));
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }, CancellationToken.None);

    private Task FailAsync(long position, int attempts, Exception e, CancellationToken stopping)
    {
        var pause = TimeSpan.FromMilliseconds(Math.Min(30_000, 50 * Math.Pow(2, Math.Min(attempts, 12))));
        return NoteAsync(() => source.ExecuteAsync("""
            update outbox set attempts = $5, leased_until = case when $4 then null else now() + $2 end, last_error = $3, parked_at = case when $4 then now() end where position = $1 and published_at is null
            """, [position, pause, e.Message, attempts >= ParkAfterAttempts, attempts], CancellationToken.None), stopping);
    }

    /// <summary>Notes survive a short absence of the database. When it stays away, the row comes again, which is safe.</summary>
    private async Task NoteAsync(Func<Task> note, CancellationToken stopping)
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

    private static NpgsqlBatchCommand Command(string sql, params object[] arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments) command.Parameters.Add(new NpgsqlParameter { Value = argument });
        return command;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Outbox of {Module} can't be written; its rows come again")]
    private partial void LogNoteFailed(Exception e, string module);
}
