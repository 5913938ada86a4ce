using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>As what a module registers: an application named after its service, at the host under which others reach this process. The id is the same each time it runs at the same place.</summary>
public sealed record InstanceIdentity(string App, string Id, string Host, string Ip, int Port, string Service, string Module)
{
    /// <summary>INSTANCE_HOST, else localhost when the module listens there only, else this machine's address (its name is seldom known to others).</summary>
    public static InstanceIdentity Of(ModuleContext context)
    {
        var listen = context.ListenUrl.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal);
        var (bound, port) = (new Uri(listen).Host, new Uri(listen).Port);
        var everywhere = bound is "0.0.0.0" or "[::]";
        var ip = everywhere ? OwnAddress() : IPAddress.TryParse(bound.Trim('[', ']'), out var named) ? named.ToString() : "127.0.0.1";
        var host = context.Settings["INSTANCE_HOST"] ?? (everywhere ? ip : bound);
        return new InstanceIdentity(context.Facts.Service.ToUpperInvariant(), $"{host}:{context.Facts.Service}:{port}", host, ip, port, context.Facts.Service, context.Facts.Name);
    }

    /// <summary>Eureka's registration document.</summary>
    public byte[] Describe(string status, long lastDirtyTimestamp)
    {
        var root = $"http://{(Host.Contains(':') && !Host.StartsWith('[') ? $"[{Host}]" : Host)}:{Port}";
        return System.Text.Encoding.UTF8.GetBytes(new JsonObject
        {
            ["instance"] = new JsonObject
            {
                ["instanceId"] = Id, ["hostName"] = Host, ["app"] = App, ["ipAddr"] = Ip, ["status"] = status, ["overriddenStatus"] = "UNKNOWN",
                ["port"] = new JsonObject { ["$"] = Port, ["@enabled"] = "true" }, ["securePort"] = new JsonObject { ["$"] = 443, ["@enabled"] = "false" }, ["countryId"] = 1,
                ["dataCenterInfo"] = new JsonObject { ["@class"] = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", ["name"] = "MyOwn" },
                ["leaseInfo"] = new JsonObject { ["renewalIntervalInSecs"] = 30, ["durationInSecs"] = 90 },
                ["metadata"] = new JsonObject { ["module"] = Module, ["version"] = Operations.Version },
                ["homePageUrl"] = root + "/", ["statusPageUrl"] = root + "/version", ["healthCheckUrl"] = root + "/ready", ["vipAddress"] = Service, ["secureVipAddress"] = Service,
                ["isCoordinatingDiscoveryServer"] = "false", ["lastUpdatedTimestamp"] = lastDirtyTimestamp.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["lastDirtyTimestamp"] = lastDirtyTimestamp.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        }.ToJsonString());
    }

    private static string OwnAddress()
    {
        try
        {
            var addresses = NetworkInterface.GetAllNetworkInterfaces().Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address).Where(a => !IPAddress.IsLoopback(a) && !a.IsIPv6LinkLocal).ToList();
            return (addresses.Find(a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses.FirstOrDefault())?.ToString() ?? "127.0.0.1";
        }
        catch (NetworkInformationException) { return "127.0.0.1"; }
    }
}
