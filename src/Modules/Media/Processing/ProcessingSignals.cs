using System.Collections.Concurrent;

namespace EstoSpaces.Media.Processing;

/// <summary>
/// Wakes within this process: the processing when work arrives, and requests when the content they wait for is done. Other processes may do the work, so
/// whoever waits also looks into the database now and then; signals only make it prompt.
/// </summary>
public sealed class ProcessingSignals
{
    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    readonly SemaphoreSlim work = new(0);
    readonly ConcurrentDictionary<Guid, TaskCompletionSource> finished = new();

    public void WorkArrived()
    {
        if (work.CurrentCount == 0) work.Release();
    }

    public Task WaitForWorkAsync(TimeSpan atMost, CancellationToken ct) => work.WaitAsync(atMost, ct);

    public void Finished(Guid content)
    {
        if (finished.TryRemove(content, out var waiting)) waiting.TrySetResult();
    }

    /// <summary>Asks <paramref name="isDone"/> after each signal, and now and then, until it says yes or the time is over. Answers its last word.</summary>
    public async Task<bool> WaitUntilAsync(Guid content, Func<Task<bool>> isDone, TimeSpan atMost, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(atMost);
        try
        {
            while (true)
            {
                var signal = finished.GetOrAdd(content, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                if (await isDone()) return true;
                await Task.WhenAny(signal.Task, Task.Delay(LookAgain, patience.Token));
                patience.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return await isDone();
        }
        finally
        {
            finished.TryRemove(content, out _);
        }
    }
}
