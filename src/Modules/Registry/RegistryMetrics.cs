using System.Diagnostics.Metrics;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;

namespace EstoSpaces.Registry;

/// <summary>What /metrics says of the registry.</summary>
internal sealed class RegistryMetrics
{
    private readonly Meter meter;
    private readonly Counter<long> operations;

    public RegistryMetrics(IMeterFactory meters)
    {
        meter = meters.Create("EstoSpaces.Registry");
        operations = meter.CreateCounter<long>("registry_operations", description: "Registrations, renewals, cancellations, decisions and evictions");
    }

    public void Registered() => Count("register");
    public void Renewed(bool known) => Count(known ? "renew" : "renew_unknown");
    public void Cancelled() => Count("cancel");
    public void Decided() => Count("decide");
    public void Evicted(int count) => Count("evict", count);

    public void Observe(LeaseBook book, PeerNodes peers)
    {
        meter.CreateObservableGauge("registry_instances", () => book.All().Instances.GroupBy(i => i.Status).Select(g => new Measurement<int>(g.Count(), new KeyValuePair<string, object?>("status", g.Key.Wire()))), description: "Instances by status");
        meter.CreateObservableGauge("registry_renewals_expected", () => book.Pulse().Expected, description: "Renewals that should have come in the last minute");
        meter.CreateObservableGauge("registry_renewals_seen", () => book.Pulse().Seen, description: "Renewals of those that came in the last minute");
        meter.CreateObservableGauge("registry_self_preservation", () => book.Pulse().Preserving ? 1 : 0, description: "1 while too few renew, and nothing is evicted");
        meter.CreateObservableGauge("registry_replication_pending", () => peers.All.Select(p => new Measurement<int>(p.Pending, new KeyValuePair<string, object?>("peer", p.Address.Authority))), description: "What a peer has not been told yet");
    }

    private void Count(string operation, int count = 1) => operations.Add(count, new KeyValuePair<string, object?>("operation", operation));
}
