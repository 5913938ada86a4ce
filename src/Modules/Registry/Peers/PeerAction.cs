using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Wire;

namespace EstoSpaces.Registry.Peers;

internal enum PeerActionKind { Register, Heartbeat, Cancel, StatusUpdate, DeleteStatusOverride }

/// <summary>Something that happened here and that peers are told, by the names of Eureka's batches. What an instance is like is looked up when it is sent: the newest then.</summary>
internal sealed record PeerAction(PeerActionKind Kind, InstanceKey Key, InstanceStatus? Status = null)
{
    public static PeerAction Register(InstanceKey key) => new(PeerActionKind.Register, key);
    public static PeerAction Renew(InstanceKey key) => new(PeerActionKind.Heartbeat, key);
    public static PeerAction Cancel(InstanceKey key) => new(PeerActionKind.Cancel, key);

    public static PeerAction Decide(InstanceKey key, InstanceStatus status, InstanceStatus? fallback) =>
        status == InstanceStatus.Unknown ? new(PeerActionKind.DeleteStatusOverride, key, fallback) : new(PeerActionKind.StatusUpdate, key, status);

    /// <summary>The entry of a batch, or null when there is nothing left to tell: an instance that is gone is not registered any more.</summary>
    public Element? Entry(LeaseBook book)
    {
        var view = book.Get(Key);
        if (view is null && Kind != PeerActionKind.Cancel) return null;
        var entry = new Element("replicationList") { Repeats = true }.Add(new Element("appName", Key.App), new Element("id", Key.Id), new Element("action", Kind.ToString()));
        if (view is not null) entry.Add(Element.Number("lastDirtyTimestamp", view.Info.LastDirtyTimestamp));
        if (Status is { } status) entry.Add(new Element("status", status.Wire()));
        if (view is not null && Kind == PeerActionKind.Register)
            // What the instance said and what an operator decided are told apart, so that the peer can take the one back without losing the other.
            entry.Add(InstanceWriting.Instance(view with { Status = view.Info.Status }, Form.Json, name: "instanceInfo"));
        return entry;
    }
}
