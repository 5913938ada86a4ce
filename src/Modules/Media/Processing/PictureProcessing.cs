using EstoSpaces.Contracts;
using EstoSpaces.Media.Images;
using EstoSpaces.Media.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Media.Processing;

/// <summary>Works off the queue, as many jobs at once as there are image workers.</summary>
public sealed class PictureProcessing(ProcessingQueue queue, ProcessingSignals signals, ImageWorkerPool workers, IObjectStore store, MediaMetrics metrics, ILogger<PictureProcessing> logger) : BackgroundService
{
    static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(2);
    static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);
    static readonly TimeSpan SweepEvery = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, workers.Workers).Select(_ => WorkAsync(stopping)).Append(SweepAsync(stopping)));

    async Task WorkAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await queue.ClaimAsync(stopping) is not { } job)
                {
                    await signals.WaitForWorkAsync(IdlePoll, stopping);
                    continue;
                }
                signals.WorkArrived();   // where one was, there may be more: the next of us looks too
                await RunLeasedAsync(job, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                // Database or store are away, or we have a bug: the job's lease ends, and it is tried again.
                Log.QueueTrouble(logger, error);
                await PauseAsync(AfterTrouble, stopping);
            }
        }
    }

    async Task RunLeasedAsync(ProcessingJob job, CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var lease = queue.KeepLeaseAsync(job, ended.Token);
        try
        {
            await RunAsync(job, stopping);
        }
        finally
        {
            await ended.CancelAsync();
            await lease;
        }
    }

    async Task RunAsync(ProcessingJob job, CancellationToken stopping)
    {
        using var timed = metrics.Time();
        try
        {
            if (await ReadOriginalAsync(job, stopping) is not { } original)
            {
                await queue.FailAsync(job, MediaRefusals.ProcessingFailed, stopping);
                Log.OriginalMissing(logger, job.Content);
                return;
            }
            var made = await workers.MakeAsync(original, stopping);
            if (made.Refused) await RefuseAsync(job, made.Refusal, stopping);
            else await KeepAsync(job, made.Value, stopping);
        }
        catch (ImageWorkerFailedException failure)
        {
            Log.ProcessingFailed(logger, job.Content, job.Attempt, failure.Message);
            metrics.Count("worker_failed");
            if (job.Attempt < ProcessingQueue.MaxAttempts) await queue.RetryAsync(job, failure.Message, stopping);
            else await queue.FailAsync(job, MediaRefusals.ProcessingFailed, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await queue.ReleaseAsync(job, CancellationToken.None);
            throw;
        }
    }

    async Task KeepAsync(ProcessingJob job, PictureSet set, CancellationToken ct)
    {
        foreach (var rendition in set.Renditions)
            await store.PutAsync(ContentKeys.Rendition(job.Content, job.IsPublic, rendition.Name), new MemoryStream(rendition.Data, writable: false), Facts(rendition, job), ct);
        await queue.FinishAsync(job, set, ct);
        metrics.Count("ready");
    }

    // A public bucket or a CDN before it hands renditions out by itself; they never change under their key.
    static ObjectFacts Facts(Rendition rendition, ProcessingJob job) => new(rendition.ContentType) { CacheControl = job.IsPublic ? ObjectAnswer.Immutable : null };

    // Without libvips the picture waits: that is the machine's fault, not the picture's.
    async Task RefuseAsync(ProcessingJob job, Refusal refusal, CancellationToken ct)
    {
        metrics.Count(refusal.Code);
        if (refusal.Kind == RefusalKind.Unavailable) await queue.RetryAsync(job with { Attempt = ProcessingQueue.MaxAttempts }, refusal.Code, ct);
        else await queue.FailAsync(job, refusal, ct);
    }

    async Task<byte[]?> ReadOriginalAsync(ProcessingJob job, CancellationToken ct)
    {
        await using var original = await store.GetAsync(ContentKeys.Original(job.Content), null, ct);
        if (original is null) return null;
        var bytes = new byte[original.Head.Length];
        await original.Content.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    async Task SweepAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await queue.SweepOriginalsAsync(SweepEvery, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                Log.QueueTrouble(logger, error);
            }
            await PauseAsync(SweepEvery, stopping);
        }
    }

    static Task PauseAsync(TimeSpan pause, CancellationToken stopping) => Task.Delay(pause, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
