namespace EstoSpaces.Registry.Leases;

/// <summary>One instance's lease: it ends when it is not renewed for the time that the instance asked for. Guarded by the lock of <see cref="LeaseBook"/>.</summary>
internal sealed class Lease(InstanceInfo info, DateTimeOffset now)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private DateTimeOffset renewedBefore = DateTimeOffset.MinValue;
    private DateTimeOffset renewed = DateTimeOffset.MinValue;

    public InstanceInfo Info { get; private set; } = info;
    public InstanceStatus Override { get; private set; } = info.Overridden;
    public Change Action { get; set; } = Change.Added;
    public DateTimeOffset RegisteredAt { get; } = now;
    public DateTimeOffset RenewedAt { get; private set; } = now;
    public DateTimeOffset UpdatedAt { get; private set; } = now;
    public DateTimeOffset? UpSince { get; private set; } = info.Status == InstanceStatus.Up ? now : null;

    /// <summary>What traffic goes by. An instance that says it is not able is believed; else an operator's word counts before its own.</summary>
    public InstanceStatus Status =>
        Info.Status is not (InstanceStatus.Up or InstanceStatus.OutOfService) ? Info.Status
        : Override != InstanceStatus.Unknown ? Override
        : Info.Status;

    public bool EndsBy(DateTimeOffset at) => at - RenewedAt > TimeSpan.FromSeconds(Info.LeaseSeconds);

    public void Renew(DateTimeOffset at) => (renewedBefore, renewed, RenewedAt) = (renewed, at, at);

    /// <summary>The instance registered anew. What it said before stays when that was newer.</summary>
    public void Register(InstanceInfo said, DateTimeOffset at)
    {
        RenewedAt = at;
        if (said.LastDirtyTimestamp < Info.LastDirtyTimestamp) return;
        Info = said;
        if (Override == InstanceStatus.Unknown) Override = said.Overridden;
        Touch(Change.Added, at);
    }

    /// <summary>An operator's word; Unknown takes it back.</summary>
    public void Decide(InstanceStatus status, long? lastDirtyTimestamp, DateTimeOffset at)
    {
        Override = status;
        if (lastDirtyTimestamp > Info.LastDirtyTimestamp) Info = Info with { LastDirtyTimestamp = lastDirtyTimestamp.Value };
        Touch(Change.Modified, at);
    }

    public void Say(InstanceInfo said, DateTimeOffset at)
    {
        Info = said;
        Touch(Change.Modified, at);
    }

    /// <summary>
    /// How often it should have renewed in the last minute, and how often it did, of two at most: one that renews more often must not hide that another is silent.
    /// A lease younger than a minute counts for nothing.
    /// </summary>
    public (int Expected, int Seen) RenewalsOfLastMinute(DateTimeOffset now)
    {
        if (now - RegisteredAt < Minute) return (0, 0);
        var expected = Math.Min(2, 60 / Info.RenewalSeconds);
        var seen = (now - renewed < Minute ? 1 : 0) + (now - renewedBefore < Minute ? 1 : 0);
        return (expected, Math.Min(expected, seen));
    }

    public InstanceView View(DateTimeOffset? endedAt = null) =>
        new(Info, Status, Override, endedAt is null ? Action : Change.Deleted, RegisteredAt, RenewedAt, UpSince, endedAt ?? UpdatedAt, endedAt);

    private void Touch(Change change, DateTimeOffset at)
    {
        (Action, UpdatedAt) = (change, at);
        if (Status == InstanceStatus.Up) UpSince ??= at;
    }
}
