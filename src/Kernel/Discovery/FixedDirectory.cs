using System.Collections.Frozen;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>Unchanging addresses: all modules in one process, names that a platform's DNS or load balancer answers, or addresses written into settings (several of one module take turns).</summary>
public sealed class FixedDirectory(IReadOnlyDictionary<string, IReadOnlyList<Uri>> addresses) : IDirectory
{
    private readonly FrozenDictionary<string, Instance[]> instances = addresses.ToFrozenDictionary(a => a.Key, a => a.Value.Select(uri => new Instance(uri.Authority, uri)).ToArray());

    public FixedDirectory(IReadOnlyDictionary<string, Uri> addresses) : this(addresses.ToDictionary(a => a.Key, a => (IReadOnlyList<Uri>)[a.Value])) { }

    public IReadOnlyList<Instance> InstancesOf(string module) => instances.TryGetValue(module, out var known) ? known : [];

    public Task LookAgainAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Never raised: nothing changes.</summary>
    public event Action? Changed { add { } remove { } }
}
