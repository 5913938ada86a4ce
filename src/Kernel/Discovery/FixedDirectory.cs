using System.Collections.Frozen;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>One unchanging address a module: all modules in one process, names that a platform's DNS or load balancer answers, or addresses written into settings.</summary>
public sealed class FixedDirectory(IReadOnlyDictionary<string, Uri> addresses) : IDirectory
{
    private readonly FrozenDictionary<string, Instance[]> instances = addresses.ToFrozenDictionary(a => a.Key, a => new[] { new Instance(a.Value.Authority, a.Value) });

    public IReadOnlyList<Instance> InstancesOf(string module) => instances.TryGetValue(module, out var known) ? known : [];

    /// <summary>Never raised: nothing changes.</summary>
    public event Action? Changed { add { } remove { } }
}
