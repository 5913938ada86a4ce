namespace EstoSpaces.Notifications;

/// <summary>Tells the courier that something was queued. It may look before the commit; then it looks again within a second.</summary>
public sealed class CourierBell : IDisposable
{
    private readonly SemaphoreSlim bell = new(0, 1);

    public void Ring()
    {
        try { bell.Release(); }
        catch (SemaphoreFullException) { } // rung already
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => bell.WaitAsync(atMost, ct);

    public void Dispose() => bell.Dispose();
}
