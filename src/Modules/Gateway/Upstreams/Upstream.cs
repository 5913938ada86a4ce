using EstoSpaces.Kernel.Discovery;

namespace EstoSpaces.Gateway;

/// <summary>The instances of one module, as the directory names them now.</summary>
internal sealed class Upstream(string module, IDirectory directory)
{
    private volatile Destination[] destinations = [];

    public string Module => module;
    public IReadOnlyList<Destination> Destinations => destinations;

    public void Set(Destination[] now) => destinations = now;

    /// <summary>Finds out who answers for the module now, when nobody known did; two seconds at most, also when the client has gone meanwhile.</summary>
    public Task LookAgainAsync() => directory.LookAgainAsync(CancellationToken.None);

    /// <summary>
    /// Of two healthy instances picked by chance the one with fewer requests under way: nearly as even as asking all, without everybody running to the same one. Else one that is
    /// leaving, else one that refused connections; null when there is none, or only such as take requests and don't answer.
    /// </summary>
    public Destination? Pick(ReadOnlySpan<Destination> tried)
    {
        var all = destinations;
        var now = Environment.TickCount64;
        if (all.Length == 1) return !tried.Contains(all[0]) && all[0].Look(now) != Health.Broken ? all[0] : null;
        if (all.Length == 0) return null;

        // Most of the time all are good, and the first two that chance names will do.
        var start = Random.Shared.Next(all.Length);
        var step = 1 + Random.Shared.Next(all.Length - 1);
        var (one, two) = (all[start], all[(start + step) % all.Length]);
        if (tried.IsEmpty && one.Look(now) == Health.Good && two.Look(now) == Health.Good) return two.UnderWay < one.UnderWay ? two : one;

        Destination? best = null;
        var bestHealth = Health.Broken;
        for (var i = 0; i < all.Length; i++)
        {
            var candidate = all[(start + i) % all.Length];
            if (tried.Contains(candidate)) continue;
            var health = candidate.Look(now);
            if (health < bestHealth || (health == bestHealth && best is not null && candidate.UnderWay < best.UnderWay)) (best, bestHealth) = (candidate, health);
        }
        return best;
    }
}
