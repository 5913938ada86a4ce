using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Kernel.Events;

/// <summary>An event or timer that failed too often. Door: "inbox" (the reaction failed), "outbox" (the bus refused it) or "timer". Content is JSON.</summary>
public sealed record ParkedEvent(Guid Id, string Module, string Door, string Type, string Subject, int Attempts, string Error, DateTimeOffset ParkedAt, string Content);

/// <summary>What people may do about events in a module's database, while the module runs or not.</summary>
public static class ParkedEvents
{
    public static Task<List<ParkedEvent>> ListAsync(NpgsqlDataSource source, string module, CancellationToken ct) => source.QueryAsync("""
        select event_id, 'inbox', envelope->>'type', envelope->>'subject', attempts, last_error, parked_at, envelope::text from inbox_failures where parked_at is not null
        union all
        select id, case kind when 'timer' then 'timer' else 'outbox' end, type, subject, attempts, coalesce(last_error, ''), parked_at, data::text from outbox where parked_at is not null
        order by 7
        """, [], row => new ParkedEvent(row.GetGuid(0), module, row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetString(5), row.GetFieldValue<DateTimeOffset>(6), row.GetString(7)), ct);

    /// <summary>Puts it back; the module handles it within seconds. Its effect is there once, as ever. False: it is not parked any more, or the timer was set anew in the meantime.</summary>
    public static async Task<bool> PutBackAsync(NpgsqlDataSource source, ParkedEvent parked, CancellationToken ct)
    {
        if (parked.Door == "inbox")
            return await source.ExecuteAsync("update inbox_failures set retry_at = now() where event_id = $1 and parked_at is not null", [parked.Id], ct) > 0;
        try
        {
            return await source.ExecuteAsync("update outbox set parked_at = null, leased_until = null, attempts = 0 where id = $1 and parked_at is not null", [parked.Id], ct) > 0;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await source.ExecuteAsync("delete from outbox where id = $1 and parked_at is not null", [parked.Id], ct);
            return false;
        }
    }

    /// <summary>Puts published facts of a time back into the outbox, in their order. Who had them drops them. Answers how many.</summary>
    public static Task<int> ReplayAsync(NpgsqlDataSource source, DateTimeOffset since, DateTimeOffset until, string? type, CancellationToken ct) => source.ExecuteAsync("""
        update outbox set published_at = null, leased_until = null, attempts = 0, replay = replay + 1
        where kind = 'event' and published_at is not null and occurred_at >= $1 and occurred_at <= $2 and ($3::text is null or type = $3)
        """, [since.ToUniversalTime(), until.ToUniversalTime(), type], ct);
}
