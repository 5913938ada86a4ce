namespace EstoSpaces.Kernel.Hosting;

/// <summary>
/// The product's time: the system's, plus an offset that development and tests may move, so that "14 days later" can be tried by hand.
/// Bookings, payments and timers live by it; tokens, signatures and throttles use <see cref="TimeProvider.System"/>, so that nobody is logged out by a test.
/// </summary>
public sealed class ProductClock : TimeProvider
{
    private long offsetTicks;

    /// <summary>Raised when the offset moved: timers may be due.</summary>
    public event Action? Moved;

    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref offsetTicks));

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;

    /// <summary>Sets how far product time is from the system's. Never called in production.</summary>
    public void SetOffset(TimeSpan offset)
    {
        if (Interlocked.Exchange(ref offsetTicks, offset.Ticks) != offset.Ticks) Moved?.Invoke();
    }
}
