namespace EstoSpaces.Kernel.Observability;

/// <summary>
/// Tells when something that we need has been away for so long that people should hear of it. What is away for a moment, as at every start, is nobody's business, and a return is
/// worth a word only where the absence was. Many threads may use it.
/// </summary>
public sealed class Outage(TimeProvider clock, TimeSpan patience)
{
    /// <summary>Longer than a start, a full processor or a failover inside a cluster takes; short beside what a person would notice.</summary>
    public static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private long? since;
    private bool told;

    /// <summary>It is away, as just seen. True once in each absence: when it has lasted for the patience. Has to be called again and again for that.</summary>
    public bool Lasts()
    {
        lock (gate)
        {
            since ??= clock.GetTimestamp();
            if (told || clock.GetElapsedTime(since.Value) < patience) return false;
            return told = true;
        }
    }

    /// <summary>It is there. True when its absence was told.</summary>
    public bool Ends()
    {
        lock (gate)
        {
            var wasTold = told;
            (since, told) = (null, false);
            return wasTold;
        }
    }
}
