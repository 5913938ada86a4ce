using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Media.Images;
using EstoSpaces.Media.Storage;
using Npgsql;

namespace EstoSpaces.Media.Processing;

/// <summary>A content to be processed, and how often that was begun.</summary>
public sealed record ProcessingJob(Guid Content, bool IsPublic, int Attempt);

/// <summary>
/// The queue in the database. A job is claimed under a lease, so that it comes back by itself when the process that had it was killed; it ends by
/// success, by a refusal of the content, or after its last attempt as failed, and each end is one transaction with the event that tells it.
/// </summary>
public sealed class ProcessingQueue(NpgsqlDataSource source, IObjectStore store, MediaReads reads, OutboxSignal outboxSignal, ProcessingSignals signals, TimeProvider clock)
{
    /// <summary>Attempts before a job counts as failed. More than one or two, because a killed host has used one up for no fault of the picture.</summary>
    public const int MaxAttempts = 4;

    // Short, so that the jobs of a killed process come back soon; renewed while a job runs.
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    /// <summary>The next job, or null when none is due.</summary>
    public async Task<ProcessingJob?> ClaimAsync(CancellationToken ct) => (await source.QueryAsync("""
        update media_processing_queue q set leased_until = now() + $1, attempts = attempts + 1
        from media_metadata c
        where c.id = q.content_id and q.content_id = (
            select content_id from media_processing_queue
            where due_at <= now() and (leased_until is null or leased_until < now())
            order by priority, due_at limit 1 for update skip locked)
        returning q.content_id, c.scope = 'public', q.attempts
        """, [Lease], r => new ProcessingJob(r.GetGuid(0), r.GetBoolean(1), r.GetInt32(2)), ct)).FirstOrDefault();

    /// <summary>Keeps the lease of a job until cancelled. A database that does not answer is no reason to stop: at worst another process does the job too.</summary>
    public async Task KeepLeaseAsync(ProcessingJob job, CancellationToken until)
    {
        using var tick = new PeriodicTimer(RenewEvery);
        try
        {
            while (await tick.WaitForNextTickAsync(until))
                await source.ExecuteAsync("update media_processing_queue set leased_until = now() + $2 where content_id = $1 and leased_until is not null", [job.Content, Lease], until);
        }
        catch (Exception error) when (error is OperationCanceledException or NpgsqlException or TimeoutException)
        {
            return;
        }
    }

    /// <summary>Moves a job to the front: somebody looks at the picture now.</summary>
    public Task HurryAsync(Guid content, CancellationToken ct) =>
        source.ExecuteAsync("update media_processing_queue set priority = 0 where content_id = $1 and priority > 0", [content], ct);

    /// <summary>The renditions are stored: the content is ready, and whoever shows it hears so. When it was removed meanwhile, the renditions go too.</summary>
    public async Task FinishAsync(ProcessingJob job, PictureSet set, CancellationToken ct)
    {
        var rows = set.Renditions.Select(r => new RenditionRow(r.Name, r.Step, r.ContentType, r.Width, r.Height, r.Data.Length));
        var ended = await EndAsync(job.Content, connection => connection.Sql("""
            update media_metadata set status = 'ready', width = $2, height = $3, placeholder = $4, renditions = $5::jsonb, processed_at = now()
            where id = $1 and status = 'processing' and removed_at is null
            """, job.Content, set.Width, set.Height, set.Placeholder, JsonSerializer.Serialize(rows, Wire.Json)), ct);
        if (!ended && await IsGoneAsync(job.Content, ct))
            await foreach (var key in store.ListAsync(ContentKeys.Folder(job.Content, job.IsPublic), ct)) await store.DeleteAsync(key, ct);
    }

    /// <summary>The content is refused, or its attempts are used up.</summary>
    public Task FailAsync(ProcessingJob job, Refusal reason, CancellationToken ct) => EndAsync(job.Content, connection => connection.Sql("""
        update media_metadata set status = 'failed', failure_code = $2, failure_message = $3, processed_at = now()
        where id = $1 and status = 'processing' and removed_at is null
        """, job.Content, reason.Code, reason.Message), ct);

    /// <summary>Tries again later; the pause grows with the attempts.</summary>
    public Task RetryAsync(ProcessingJob job, string reason, CancellationToken ct) => source.ExecuteAsync(
        "update media_processing_queue set leased_until = null, due_at = now() + $2, last_error = $3 where content_id = $1",
        [job.Content, TimeSpan.FromSeconds(job.Attempt * job.Attempt), reason], ct);

    /// <summary>Gives a job back untouched, when this process stops before it is done.</summary>
    public Task ReleaseAsync(ProcessingJob job, CancellationToken ct) =>
        source.ExecuteAsync("update media_processing_queue set leased_until = null, attempts = attempts - 1 where content_id = $1", [job.Content], ct);

    /// <summary>Originals whose content needs them no more: of processes killed between commit and delete, or before the commit.</summary>
    public async Task SweepOriginalsAsync(TimeSpan olderThan, CancellationToken ct)
    {
        await foreach (var key in store.ListAsync(ContentKeys.Originals, ct))
        {
            if (!Guid.TryParse(key[ContentKeys.Originals.Length..], out var content)) continue;
            if (await store.HeadAsync(key, ct) is not { } head || TimeProvider.System.GetUtcNow() - head.ModifiedAt < olderThan) continue;
            var needed = await source.QueryAsync("select 1 from media_metadata where id = $1 and status = 'processing'", [content], _ => true, ct);
            if (needed.Count == 0) await store.DeleteAsync(key, ct);
        }
    }

    /// <summary>One transaction: the content's new state, the end of the job, the events. False when the content was no longer waiting.</summary>
    async Task<bool> EndAsync(Guid content, Func<NpgsqlConnection, NpgsqlCommand> update, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = update(connection);
        var changed = await command.ExecuteNonQueryAsync(ct) == 1;
        await using var done = connection.Sql("delete from media_processing_queue where content_id = $1", content);
        await done.ExecuteNonQueryAsync(ct);
        if (changed)
        {
            var files = await reads.ShowingAsync(connection, content, ct);
            await Outbox.InsertAsync(connection, files.Select(file => new MediaProcessed(reads.View(file))), clock.GetUtcNow(), ct);
        }
        await transaction.CommitAsync(ct);
        outboxSignal.Wake();
        if (changed) await store.DeleteAsync(ContentKeys.Original(content), ct);
        signals.Finished(content);
        return changed;
    }

    async Task<bool> IsGoneAsync(Guid content, CancellationToken ct) =>
        (await source.QueryAsync("select 1 from media_metadata where id = $1 and removed_at is null", [content], _ => true, ct)).Count == 0;
}
