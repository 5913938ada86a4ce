using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Events;

/// <summary>
/// What the way of a fact needs beside being walked: parked events that somebody put back are handled again, rows that are older than EVENT_RETENTION go, and the backlog is measured.
/// </summary>
public sealed partial class OutboxUpkeep : BackgroundService
{
    private const int PruneAtOnce = 2_000;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromMinutes(10);

    /// <summary>Inbox rows outlive the facts they remember by what a stream may hold and a replay may take; else a fact published again at the last moment would have its effect twice.</summary>
    private static readonly TimeSpan InboxLonger = TimeSpan.FromDays(15);
    private readonly ModuleContext context;
    private readonly NpgsqlDataSource source;
    private readonly InboxConsumer inbox;
    private readonly ILogger<OutboxUpkeep> log;
    private double oldestSeconds;
    private long outboxParked, inboxParked;

    public OutboxUpkeep(ModuleContext context, NpgsqlDataSource source, InboxConsumer inbox, IMeterFactory meters, ILogger<OutboxUpkeep> log)
    {
        (this.context, this.source, this.inbox, this.log) = (context, source, inbox, log);
        var meter = meters.Create("EstoSpaces.Outbox");
        var module = new KeyValuePair<string, object?>("module", context.Facts.Name);
        meter.CreateObservableGauge("estospaces_outbox_oldest", () => new Measurement<double>(oldestSeconds, module), "s", "Age of the oldest fact that waits to be published");
        meter.CreateObservableGauge("estospaces_outbox_parked", () => new Measurement<long>(outboxParked, module), description: "Facts and timers that failed too often to be tried again");
        meter.CreateObservableGauge("estospaces_inbox_parked", () => new Measurement<long>(inboxParked, module), description: "Events whose reaction failed too often to be tried again");
    }

    /// <summary>Deletes what is too old to be needed. Answers the number of rows.</summary>
    public async Task<int> PruneAsync(CancellationToken ct)
    {
        var age = context.Settings.Span("EVENT_RETENTION");
        var (all, rows) = (0, 0);
        // Published late counts from then: what went out yesterday may have to go out again tomorrow.
        do
        {
            rows = await source.ExecuteAsync("""
                delete from outbox where position in (select position from outbox where occurred_at < now() - $1 and published_at < now() - interval '2 days' order by occurred_at limit $2 for update skip locked)
                """, [age, PruneAtOnce], ct);
            all += rows;
        }
        while (rows == PruneAtOnce);
        do
        {
            rows = await source.ExecuteAsync("""
                delete from inbox where (consumer, event_id) in (select consumer, event_id from inbox where handled_at < now() - $1 order by handled_at limit $2 for update skip locked)
                """, [age + InboxLonger, PruneAtOnce], ct);
            all += rows;
        }
        while (rows == PruneAtOnce);
        await source.ExecuteAsync("delete from outbox_carriers where until < now() - interval '1 hour'", [], ct);
        return all;
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Tick);
        var prunedAt = Stopwatch.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
                try
                {
                    if (await MeasureAsync(stopping)) await HandleAgainAsync(stopping);
                    if (Stopwatch.GetElapsedTime(prunedAt) < PruneEvery) continue;
                    prunedAt = Stopwatch.GetTimestamp();
                    await PruneAsync(stopping);
                }
                catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException) { LogSkipped(context.Facts.Name, e.Message); }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { }
    }

    /// <summary>True when somebody put events back.</summary>
    private async Task<bool> MeasureAsync(CancellationToken ct)
    {
        await using var measure = source.Sql("""
            select extract(epoch from $1 - (select occurred_at from outbox where kind = 'event' and published_at is null and parked_at is null order by position limit 1))::float8,
                   (select count(*) from outbox where parked_at is not null), (select count(*) from inbox_failures where parked_at is not null), exists (select 1 from inbox_failures where retry_at <= now())
            """, context.Clock.GetUtcNow().ToUniversalTime());
        await using var reader = await measure.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        (oldestSeconds, outboxParked, inboxParked) = (Math.Max(0, reader.Maybe<double>(0) ?? 0), reader.GetInt64(1), reader.GetInt64(2));
        return reader.GetBoolean(3);
    }

    /// <summary>One attempt each: what fails is parked again at once. The time to come serves as a lease, should this process end in between.</summary>
    private async Task HandleAgainAsync(CancellationToken ct)
    {
        var envelopes = await source.QueryAsync("""
            update inbox_failures set retry_at = now() + interval '60 seconds', attempts = $1
            where (consumer, event_id) in (select consumer, event_id from inbox_failures where retry_at <= now() order by retry_at limit 50 for update skip locked) returning envelope::text
            """, [InboxConsumer.ParkAfterAttempts - 1], row => row.GetString(0), ct);
        foreach (var envelope in envelopes) await inbox.HandleAsync(JsonSerializer.Deserialize<EventEnvelope>(envelope, Wire.Json)!, ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Upkeep of the outbox of {Module} waits: {Reason}")]
    private partial void LogSkipped(string module, string reason);
}
