using System.Collections.Frozen;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Gateway;

/// <summary>Follows the directory: what is known of an instance stays while it is named, requests under way at one that is not named any more finish, and its sockets are told to leave.</summary>
internal sealed class Upstreams : IDisposable
{
    private readonly IDirectory directory;
    private readonly FrozenDictionary<string, Upstream> all;
    private readonly Lock gate = new();

    public Upstreams(ModuleContext context)
    {
        directory = context.Directory;
        all = context.Product.Where(f => f.Serves.Count > 0).ToFrozenDictionary(f => f.Name, f => new Upstream(f.Name, directory));
        directory.Changed += Follow;
        Follow();
    }

    public IEnumerable<Upstream> All => all.Values;
    public Upstream Of(string module) => all[module];

    public void Dispose() => directory.Changed -= Follow;

    private void Follow()
    {
        var gone = new List<Destination>();
        lock (gate)
            foreach (var upstream in all.Values)
            {
                var known = upstream.Destinations;
                var named = directory.InstancesOf(upstream.Module);
                if (named.Count == known.Count && named.All(i => known.Any(d => d.Instance == i))) continue;
                gone.AddRange(known.Where(d => !named.Contains(d.Instance)));
                upstream.Set([.. named.Distinct().Select(i => known.FirstOrDefault(d => d.Instance == i) ?? new Destination(i))]);
            }
        gone.ForEach(d => d.AskTunnelsToLeave());
    }
}
