using System.Collections.Concurrent;
using EstoSpaces.Kernel.Discovery;

namespace EstoSpaces.Gateway;

/// <summary>What is known of an instance, from the best to the worst.</summary>
internal enum Health
{
    Good,

    /// <summary>It said that it is on its way out. It still answers, and is asked only when there is no other.</summary>
    Leaving,

    /// <summary>It refused connections. Trying again costs nothing, and is done when there is no better one.</summary>
    Refusing,

    /// <summary>It took requests and did not answer them, or not in time. It is left alone for a while.</summary>
    Broken,
}

/// <summary>
/// An instance of a module as the gateway knows it: requests under way, a circuit breaker, the sockets that stand through it. One refused connection or five failures in a row open the
/// breaker for five seconds; then one request may try, and its outcome decides. Times are milliseconds of the system.
/// </summary>
internal sealed class Destination(Instance instance)
{
    private const int FailuresToBreak = 5;
    private const long RestMilliseconds = 5000;

    private readonly ConcurrentDictionary<TunnelStream, byte> tunnels = new();
    private readonly Lock gate = new();
    private Health health = Health.Good;
    private long until;
    private int failures;
    private int failedProbes;
    private int underWay;

    public Instance Instance => instance;

    /// <summary>The address as the forwarder wants it: without the slash at the end.</summary>
    public string Prefix { get; } = instance.Address.ToString().TrimEnd('/');

    /// <summary>Requests that wait for its answer.</summary>
    public int UnderWay => Volatile.Read(ref underWay);

    /// <summary>As it looks now. When a rest is over, the first who asks may try, and all others see it rest on.</summary>
    public Health Look(long now)
    {
        if (health is Health.Good or Health.Leaving || now < Volatile.Read(ref until)) return health;
        lock (gate)
        {
            if (health is Health.Good or Health.Leaving || now < until) return health;
            until = now + RestMilliseconds;
            return Health.Good;
        }
    }

    /// <summary>As it is, for those who only watch.</summary>
    public Health Health => health;

    public void Begin() => Interlocked.Increment(ref underWay);
    public void End() => Interlocked.Decrement(ref underWay);

    /// <summary>It answered, whatever it said; and whether it said that it is leaving.</summary>
    public void Answered(bool isLeaving)
    {
        if (health == Health.Good && failures == 0 && !isLeaving) return;
        lock (gate) (health, failures, failedProbes) = (isLeaving ? Health.Leaving : Health.Good, 0, 0);
        if (isLeaving) AskTunnelsToLeave();
    }

    /// <summary>No connection came about.</summary>
    public void Refused(long now)
    {
        lock (gate) (health, until) = (Health.Refusing, now + RestMilliseconds);
    }

    /// <summary>It was sent a request, and the connection broke or the time was over.</summary>
    public void Failed(long now)
    {
        lock (gate)
            if (++failures >= FailuresToBreak || health == Health.Broken) (health, until) = (Health.Broken, now + RestMilliseconds);
    }

    /// <summary>What a look at its health found. One that was broken by requests is not mended by a look: only a request tells.</summary>
    public void Probed(bool answered, bool isLeaving, bool refused, long now)
    {
        if (answered)
        {
            failedProbes = 0;
            if (isLeaving || health is Health.Leaving or Health.Refusing) Answered(isLeaving);
        }
        else if (refused) Refused(now);
        else if (++failedProbes >= 2)
            lock (gate) (health, until) = (Health.Broken, now + RestMilliseconds);
    }

    public void Add(TunnelStream tunnel) => tunnels.TryAdd(tunnel, 0);
    public void Remove(TunnelStream tunnel) => tunnels.TryRemove(tunnel, out _);

    /// <summary>Open sockets are told to come again: they will be given to another instance.</summary>
    public void AskTunnelsToLeave()
    {
        foreach (var (tunnel, _) in tunnels) tunnel.AskToLeave();
    }
}
