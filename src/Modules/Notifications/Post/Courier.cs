using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>
/// Carries queued deliveries to the vendors. Rows are claimed under a lease, so replicas share the work and a crash loses nothing; an attempt that failed comes again after 15 s, 30 s,
/// 1 min … up to an hour, ten times. A crash between the vendor's yes and our note of it repeats the send: mails carry a stable Message-ID, so that their receivers see one.
/// </summary>
public sealed partial class Courier(NpgsqlDataSource source, IEnumerable<ISender> senders, CourierBell bell, ILogger<Courier> log) : BackgroundService
{
    private const int BatchSize = 40;
    private const int MostAttempts = 10;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    private readonly ILookup<string, ISender> byChannel = senders.ToLookup(s => s.Channel);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var claimed = await ClaimAsync(stopping);
                if (claimed.Count == 0) await bell.WaitAsync(IdlePoll, stopping);
                else await Parallel.ForEachAsync(claimed, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = stopping }, CarryAsync);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogQueueFailed(e);
                await Task.Delay(IdlePoll, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
    }

    private Task<List<Delivery>> ClaimAsync(CancellationToken ct) => source.QueryAsync("""
        update notification_deliveries d set leased_until = now() + $2, attempts = attempts + 1
        from notifications n
        where n.id = d.notification_id and d.id in (
            select id from notification_deliveries where status = 'waiting' and next_at <= now() and (leased_until is null or leased_until < now()) order by next_at limit $1 for update skip locked)
        returning d.id, d.channel, d.recipient, d.recipient_name, n.template, d.content::text, d.attempts
        """, [BatchSize, Lease],
        r => new Delivery(r.GetGuid(0), r.GetString(1), r.GetString(2), r.Text(3), r.GetString(4), JsonSerializer.Deserialize<Content>(r.GetString(5), Wire.Json)!, r.GetInt32(6)), ct);

    private async ValueTask CarryAsync(Delivery delivery, CancellationToken ct)
    {
        var sender = byChannel[delivery.Channel].FirstOrDefault();
        var attempt = sender is null ? Attempt.Never($"no provider for {delivery.Channel} is configured") : await TryAsync(sender, delivery, ct);
        var over = attempt.Permanent || delivery.Attempts >= MostAttempts;
        var outcome = attempt.Sent ? "sent" : over ? "failed" : "retry";
        var wait = TimeSpan.FromSeconds(Math.Min(3600, 15 * Math.Pow(2, delivery.Attempts - 1)));
        if (!attempt.Sent) LogAttemptFailed(delivery.Channel, delivery.Template, delivery.Attempts, attempt.Detail ?? "");

        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        await using var note = connection.Sql("""
            update notification_deliveries set leased_until = null, provider = $2, provider_id = $3::text, last_error = $4::text,
                status = case $5 when 'retry' then 'waiting' else $5 end, next_at = now() + $6, sent_at = case when $5 = 'sent' then now() end,
                content = case when secret and $5 <> 'retry' then null else content end
            where id = $1
            """, delivery.Id, sender?.Provider ?? "none", attempt.ProviderId, attempt.Detail, outcome, wait);
        await note.ExecuteNonQueryAsync(CancellationToken.None);
        await using var history = connection.Sql("insert into notification_history (delivery_id, attempt, outcome, provider, detail, at) values ($1, $2, $3, $4, $5::text, now())",
            delivery.Id, delivery.Attempts, outcome, sender?.Provider ?? "none", attempt.Detail);
        await history.ExecuteNonQueryAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static async Task<Attempt> TryAsync(ISender sender, Delivery delivery, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        try { return await sender.SendAsync(delivery, deadline.Token); }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException or System.Net.Mail.SmtpException or JsonException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return Attempt.Later($"{e.GetType().Name}: {e.Message}");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The queue of messages can't be read; trying again")]
    private partial void LogQueueFailed(Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Channel} {Template} was not delivered at attempt {Attempt}: {Detail}")]
    private partial void LogAttemptFailed(string channel, string template, int attempt, string detail);
}
