using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Kernel.Events;

/// <summary>Wakes a module's relay when something was committed or the product's clock moved.</summary>
public sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);
    private readonly ProductClock clock;

    public OutboxSignal(ProductClock clock)
    {
        this.clock = clock;
        clock.Moved += Wake;
    }

    public void Wake()
    {
        try { signal.Release(); }
        catch (SemaphoreFullException) { } // it is awake already
    }

    /// <summary>False: the time was over first.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken ct) => signal.WaitAsync(atMost, ct);

    public void Dispose()
    {
        clock.Moved -= Wake;
        signal.Dispose();
    }
}
