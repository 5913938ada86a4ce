using System.Collections.Immutable;

namespace EstoSpaces.Registry.Leases;

/// <summary>What Eureka knows of an instance's health. The names on the wire are <see cref="Statuses"/>.</summary>
internal enum InstanceStatus { Up, Down, Starting, OutOfService, Unknown }

internal static class Statuses
{
    private static readonly string[] Names = ["UP", "DOWN", "STARTING", "OUT_OF_SERVICE", "UNKNOWN"];

    public static string Wire(this InstanceStatus status) => Names[(int)status];

    public static InstanceStatus? Parse(string? name) => Array.IndexOf(Names, name?.Trim().ToUpperInvariant()) is >= 0 and var index ? (InstanceStatus)index : null;
}

/// <summary>The application in capitals and the instance's id, which is unique within it.</summary>
internal readonly record struct InstanceKey(string App, string Id);

/// <summary>
/// What an instance says of itself when it registers, in the terms of Eureka's REST interface. Timestamps are milliseconds since 1970. Texts are what a stranger sent: encode them
/// wherever they are shown.
/// </summary>
internal sealed record InstanceInfo
{
    public required string App { get; init; }
    public required string InstanceId { get; init; }
    public required string HostName { get; init; }
    public string IpAddr { get; init; } = "";
    public string? Sid { get; init; }
    public string? AppGroupName { get; init; }
    public string? AsgName { get; init; }
    public InstanceStatus Status { get; init; } = InstanceStatus.Up;

    /// <summary>An override that the instance's registry before this one had; Unknown for none.</summary>
    public InstanceStatus Overridden { get; init; } = InstanceStatus.Unknown;

    public int Port { get; init; }
    public bool PortEnabled { get; init; }
    public int SecurePort { get; init; } = 443;
    public bool SecurePortEnabled { get; init; }
    public int CountryId { get; init; } = 1;
    public string DataCenter { get; init; } = "MyOwn";
    public ImmutableSortedDictionary<string, string> DataCenterMetadata { get; init; } = None;
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = None;
    public int RenewalSeconds { get; init; } = 30;
    public int LeaseSeconds { get; init; } = 90;
    public string? HomePageUrl { get; init; }
    public string? StatusPageUrl { get; init; }
    public string? HealthCheckUrl { get; init; }
    public string? SecureHealthCheckUrl { get; init; }
    public string? VipAddress { get; init; }
    public string? SecureVipAddress { get; init; }
    public bool IsCoordinatingDiscoveryServer { get; init; }
    public long LastDirtyTimestamp { get; init; }

    public static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public InstanceKey Key => new(App, InstanceId);

    /// <summary>The availability zone, where it is known.</summary>
    public string? Zone => Metadata.GetValueOrDefault("zone") ?? DataCenterMetadata.GetValueOrDefault("availability-zone");
}

/// <summary>What happened to an instance, as a delta tells it.</summary>
internal enum Change { Added, Modified, Deleted }

/// <summary>An instance as the registry answers it at one moment: what it said, what an operator decided, and its lease.</summary>
internal sealed record InstanceView(
    InstanceInfo Info, InstanceStatus Status, InstanceStatus Overridden, Change Action, DateTimeOffset RegisteredAt, DateTimeOffset RenewedAt, DateTimeOffset? UpSince, DateTimeOffset UpdatedAt, DateTimeOffset? EndedAt = null);
