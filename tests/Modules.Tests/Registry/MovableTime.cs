namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>Time that begins now and stands still until a test moves it; timers fall due on the way, at their moment.</summary>
internal sealed class MovableTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Alarm> alarms = [];
    private DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        lock (gate) alarms.Add(alarm);
        return alarm;
    }

    public void Move(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (true)
        {
            Alarm? next;
            lock (gate)
            {
                next = alarms.Where(a => a.Due <= end).MinBy(a => a.Due);
                now = next?.Due ?? end;
            }
            if (next is null) return;
            next.Ring();
        }
    }

    private sealed class Alarm(MovableTime time, Action ring) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            (Due, period) = (dueTime < TimeSpan.Zero ? null : time.GetUtcNow() + dueTime, newPeriod);
            return true;
        }

        public void Ring()
        {
            Due = period > TimeSpan.Zero ? Due + period : null;
            ring();
        }

        public void Dispose()
        {
            lock (time.gate) time.alarms.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
