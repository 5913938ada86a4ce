using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Blockchain.Watching;

/// <summary>Wakes the watcher before its time: an order was given, or the product's clock moved.</summary>
public sealed class ChainSignal : IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);
    private readonly ProductClock clock;

    public ChainSignal(ProductClock clock)
    {
        this.clock = clock;
        clock.Moved += Wake;
    }

    public void Wake()
    {
        try { signal.Release(); }
        catch (SemaphoreFullException) { } // it is awake already
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => signal.WaitAsync(atMost, ct);

    public void Dispose()
    {
        clock.Moved -= Wake;
        signal.Dispose();
    }
}
