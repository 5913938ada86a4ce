using System.Collections.Immutable;
using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Registry.Leases;

namespace EstoSpaces.Registry.Wire;

/// <summary>Reads what an instance says of itself, and refuses (invalid_registration, with the field) what is missing, too large or can't be shown to others.</summary>
internal static class InstanceReading
{
    public const int MostMetadata = 64;
    private const int LongestName = 128, LongestText = 512, LongestUrl = 2048, LongestKey = 128, LongestValue = 2048;

    /// <summary>The element named instance, or one that is an instance without saying so. <paramref name="app"/> is the application of the path, in capitals.</summary>
    public static Result<InstanceInfo> Read(Element instance, string app, DateTimeOffset now)
    {
        var fields = new Fields(instance);
        var said = fields.Text("app", LongestName)?.ToUpperInvariant();
        var host = fields.Text("hostName", 253);
        var metadata = Map(instance["metadata"]);
        var center = instance["dataCenterInfo"];
        var lease = new Fields(instance["leaseInfo"] ?? new Element("leaseInfo"));
        var status = Statuses.Parse(instance.TextOf("status") ?? "UP");
        var info = new InstanceInfo
        {
            App = app, HostName = host ?? "", InstanceId = fields.Text("instanceId", LongestText / 2) ?? host ?? "", IpAddr = fields.Text("ipAddr", 64) ?? "", Sid = fields.Text("sid", LongestName),
            AppGroupName = fields.Text("appGroupName", LongestName), AsgName = fields.Text("asgName", LongestName), Status = status ?? InstanceStatus.Unknown,
            Overridden = Statuses.Parse(instance.TextOf("overriddenStatus") ?? instance.TextOf("overriddenstatus") ?? instance.TextOf("overridden_status")) ?? InstanceStatus.Unknown,
            Port = (int)fields.Number("port", 0, 65535, 0), PortEnabled = Enabled(instance["port"], instance["port"] is not null),
            SecurePort = (int)fields.Number("securePort", 0, 65535, 443), SecurePortEnabled = Enabled(instance["securePort"], false), CountryId = (int)fields.Number("countryId", 0, 9999, 1),
            DataCenter = center?.TextOf("name") is { Length: > 0 and <= LongestName } name ? name : "MyOwn", DataCenterMetadata = Map(center?["metadata"]), Metadata = metadata,
            RenewalSeconds = (int)lease.Number("renewalIntervalInSecs", 1, 3600, 30), LeaseSeconds = (int)lease.Number("durationInSecs", 1, 86_400, 90),
            HomePageUrl = fields.Text("homePageUrl", LongestUrl), StatusPageUrl = fields.Text("statusPageUrl", LongestUrl), HealthCheckUrl = fields.Text("healthCheckUrl", LongestUrl),
            SecureHealthCheckUrl = fields.Text("secureHealthCheckUrl", LongestUrl), VipAddress = fields.Text("vipAddress", LongestText), SecureVipAddress = fields.Text("secureVipAddress", LongestText),
            IsCoordinatingDiscoveryServer = instance.TextOf("isCoordinatingDiscoveryServer") == "true",
            LastDirtyTimestamp = fields.Number("lastDirtyTimestamp", 0, long.MaxValue, now.ToUnixTimeMilliseconds()),
        };
        if ((fields.Problem ?? lease.Problem) is { } problem) return problem;
        if (said is null) return RegistryRefusals.Wrong("app", "Say the application's name in app.");
        if (said != app) return RegistryRefusals.Wrong("app", $"The address names {app}, the instance says {said}.");
        if (!IsName(app)) return RegistryRefusals.Wrong("app", "An application's name is letters, digits, dots, hyphens and underscores, 128 at most.");
        if (Uri.CheckHostName(info.HostName) == UriHostNameType.Unknown) return RegistryRefusals.Wrong("hostName", "Say a host name or an address in hostName.");
        if (info.InstanceId.Contains('/')) return RegistryRefusals.Wrong("instanceId", "An id has no slash: it stands in addresses.");
        if (status is null) return RegistryRefusals.Wrong("status", "A status is UP, DOWN, STARTING, OUT_OF_SERVICE or UNKNOWN.");
        if (info.LastDirtyTimestamp > now.AddDays(1).ToUnixTimeMilliseconds()) return RegistryRefusals.Wrong("lastDirtyTimestamp", "It lies more than a day ahead: is the clock of that machine right?");
        foreach (var (field, url) in new[] { ("homePageUrl", info.HomePageUrl), ("statusPageUrl", info.StatusPageUrl), ("healthCheckUrl", info.HealthCheckUrl), ("secureHealthCheckUrl", info.SecureHealthCheckUrl) })
            if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")) return RegistryRefusals.Wrong(field, "Write a whole http or https address.");
        return Check(info.Metadata, "metadata") ?? Check(info.DataCenterMetadata, "dataCenterInfo") ?? (Result<InstanceInfo>)info;
    }

    /// <summary>The refusal of metadata that is too much or can't be shown, or null.</summary>
    public static Refusal? Check(ImmutableSortedDictionary<string, string> metadata, string field)
    {
        if (metadata.Count > MostMetadata) return RegistryRefusals.Wrong(field, $"At most {MostMetadata} entries.");
        foreach (var (key, value) in metadata)
            if (key.Length is 0 or > LongestKey || value.Length > LongestValue || !IsPlain(key) || !IsPlain(value))
                return RegistryRefusals.Wrong(field, $"Keys have up to {LongestKey} characters, values up to {LongestValue}, without control characters.");
        return null;
    }

    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static ImmutableSortedDictionary<string, string> Map(Element? map)
    {
        if (map is null) return InstanceInfo.None;
        var entries = InstanceInfo.None.ToBuilder();
        foreach (var child in map.Children) entries[child.Name] = child.Text ?? "";
        return entries.ToImmutable();
    }

    private static bool Enabled(Element? port, bool usually) => port?.Attribute("enabled") is { } said ? said.Equals("true", StringComparison.OrdinalIgnoreCase) : usually;

    /// <summary>What can be written into a page, a log line and XML.</summary>
    private static bool IsPlain(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) || text[i] is '\uFFFE' or '\uFFFF') return false;
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }
        return true;
    }

    private sealed class Fields(Element of)
    {
        public Refusal? Problem { get; private set; }

        public string? Text(string name, int longest)
        {
            if (of.TextOf(name) is not { Length: > 0 } text) return null;
            if (text.Length > longest || !IsPlain(text)) Problem ??= RegistryRefusals.Wrong(name, $"At most {longest} characters, without control characters.");
            return text;
        }

        public long Number(string name, long least, long most, long otherwise)
        {
            if (of.TextOf(name) is not { Length: > 0 } text) return otherwise;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
            Problem ??= RegistryRefusals.Wrong(name, $"A whole number from {least} to {most}.");
            return otherwise;
        }
    }
}
