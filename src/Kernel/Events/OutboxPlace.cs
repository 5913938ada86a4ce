using System.Diagnostics;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Events;

/// <summary>
/// Knows where on the bus this module's facts lie, and puts them back into the outbox when that place was lost: everything that was published since all consumers had heard all,
/// and at least the last day. Consumers drop what they had.
/// </summary>
public sealed partial class OutboxPlace(ModuleContext context, NpgsqlDataSource source, ILogger<OutboxPlace> log)
{
    /// <summary>Somebody may delete a stream while we are connected; so often we look.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AtLeast = TimeSpan.FromHours(24);
    private static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);
    private readonly Outage outage = new(context.Clock, Outage.UsualPatience);
    private long lookedAt, notedAt;

    /// <summary>Whether facts may be published. Sees to what was lost first, so that old facts leave before new ones of their subject.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        var bus = context.Bus;
        if (bus.IsSettled(context.Facts.Name) && lookedAt != 0 && Stopwatch.GetElapsedTime(lookedAt) < LookAgain) return true;
        try
        {
            var identity = await bus.SettleAsync(context.Facts.Name, ct);
            if (identity is not null)
            {
                await CompareAsync(identity, ct);
                await NoteHeardAsync(ct);
            }
            lookedAt = Stopwatch.GetTimestamp();
            if (outage.Ends()) LogBack(context.Facts.Name);
            return true;
        }
        catch (BusAwayException e)
        {
            if (outage.Lasts()) LogAway(context.Facts.Name, e.Message);
            return false;
        }
    }

    private async Task CompareAsync(string identity, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var known = connection.Sql("select identity from outbox_places where bus = 'nats'");
        if (await known.ExecuteScalarAsync(ct) is string same && same == identity) return;

        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var first = connection.Sql("insert into outbox_places (bus, identity) values ('nats', $1) on conflict do nothing", identity);
        if (await first.ExecuteNonQueryAsync(ct) == 0)
        {
            // Another replica may have seen to it while we waited for the row.
            await using var moved = connection.Sql("""
                update outbox_places p set identity = $1, seen_at = now(), heard_until = null from (select * from outbox_places where bus = 'nats' for update) before
                where p.bus = 'nats' and before.identity <> $1 returning least(before.heard_until - interval '5 minutes', now() - $2)
                """, identity, AtLeast);
            if (await moved.ExecuteScalarAsync(ct) is DateTime since)
            {
                await using var back = connection.Sql("""
                    update outbox set published_at = null, leased_until = null, attempts = 0, replay = replay + 1 where kind = 'event' and published_at >= $1
                    """, since);
                var rows = await back.ExecuteNonQueryAsync(ct);
                BusMetrics.Lost.Add(rows, new KeyValuePair<string, object?>("module", context.Facts.Name));
                LogLost(context.Facts.Name, rows, since);
            }
        }
        await transaction.CommitAsync(ct);
    }

    /// <summary>Remembers until when everybody has heard everything: should the bus lose its data, facts from there on are published again, however long ago that is.</summary>
    private async Task NoteHeardAsync(CancellationToken ct)
    {
        if (notedAt != 0 && Stopwatch.GetElapsedTime(notedAt) < NoteEvery) return;
        await using var time = source.Sql("select now()");
        var now = (DateTime)(await time.ExecuteScalarAsync(ct))!;
        if (await context.Bus.IsHeardAsync(context.Facts.Name, ct)) await source.ExecuteAsync("update outbox_places set heard_until = $1 where bus = 'nats'", [now], ct);
        notedAt = Stopwatch.GetTimestamp();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Facts of {Module} wait: {Reason}")]
    private partial void LogAway(string module, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Facts of {Module} go again")]
    private partial void LogBack(string module);

    [LoggerMessage(Level = LogLevel.Error, Message = "The bus lost the facts of {Module}: {Rows} that were published since {Since:u} are published again")]
    private partial void LogLost(string module, int rows, DateTime since);
}
