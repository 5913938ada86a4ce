using System.Diagnostics;
using System.Threading.Channels;
using EstoSpaces.Contracts;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Media.Images;

/// <summary>A few worker processes: each job waits for a free one. Processes start with the first job and stop when nothing comes for a while.</summary>
public sealed class ImageWorkerPool : IAsyncDisposable
{
    static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(15);

    readonly Channel<ImageWorkerProcess> free = Channel.CreateUnbounded<ImageWorkerProcess>();
    readonly ImageWorkerProcess[] all;
    readonly TimeSpan idleStop;
    readonly Timer idleWatch;
    volatile bool found;
    long missingSince;

    public ImageWorkerPool(ImageWorkerSettings settings, ILogger<ImageWorkerPool> logger)
    {
        all = [.. Enumerable.Range(0, settings.Workers).Select(_ => new ImageWorkerProcess(settings, logger))];
        foreach (var worker in all) free.Writer.TryWrite(worker);
        idleStop = settings.IdleStop;
        idleWatch = new Timer(_ => _ = StopIdleAsync(), null, idleStop, idleStop);
    }

    /// <summary>How many jobs run at once.</summary>
    public int Workers => all.Length;

    /// <summary>The processes that run now.</summary>
    public IReadOnlyList<int> ProcessIds => [.. all.Select(worker => worker.ProcessId).OfType<int>()];

    /// <summary>See <see cref="ImageWorkerProcess.MakeAsync"/>.</summary>
    public Task<Result<PictureSet>> MakeAsync(ReadOnlyMemory<byte> upload, CancellationToken ct) =>
        WithWorkerAsync(worker => worker.MakeAsync(upload, ct), ct);

    /// <summary>Null when pictures can be processed here, else the refusal to answer. Learned from a worker itself, so it holds for what is really installed.</summary>
    public async Task<Refusal?> WhyUnavailableAsync(CancellationToken ct)
    {
        if (found) return null;
        var since = Interlocked.Read(ref missingSince);
        if (since != 0 && Stopwatch.GetElapsedTime(since) < LookAgainAfter) return MediaRefusals.ProcessingUnavailable;
        try
        {
            var refusal = await WithWorkerAsync(worker => worker.StartAsync(ct), ct);
            found = refusal is null;
            if (!found) Interlocked.Exchange(ref missingSince, Stopwatch.GetTimestamp());
            return refusal;
        }
        catch (ImageWorkerFailedException)
        {
            Interlocked.Exchange(ref missingSince, Stopwatch.GetTimestamp());
            return MediaRefusals.ProcessingUnavailable;
        }
    }

    public async ValueTask DisposeAsync()
    {
        free.Writer.TryComplete();
        await idleWatch.DisposeAsync();
        foreach (var worker in all) await worker.DisposeAsync();
    }

    async Task<T> WithWorkerAsync<T>(Func<ImageWorkerProcess, Task<T>> work, CancellationToken ct)
    {
        var worker = await free.Reader.ReadAsync(ct);
        try
        {
            return await work(worker);
        }
        finally
        {
            free.Writer.TryWrite(worker);
        }
    }

    async Task StopIdleAsync()
    {
        for (var i = 0; i < all.Length && free.Reader.TryRead(out var worker); i++)
        {
            if (worker.ProcessId is not null && Stopwatch.GetElapsedTime(worker.LastUsed) > idleStop) await worker.StopAsync();
            free.Writer.TryWrite(worker);
        }
    }
}
