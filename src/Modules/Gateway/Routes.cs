using EstoSpaces.Kernel.Hosting;
using Yarp.ReverseProxy.Configuration;

namespace EstoSpaces.Gateway;

/// <summary>Routes and clusters for YARP, from the facts of all modules: a longer path wins over a shorter one.</summary>
internal static class Routes
{
    public static IReadOnlyList<RouteConfig> RoutesOf(ModuleContext context) =>
    [
        .. from facts in context.Product
           from path in facts.Serves
           select new RouteConfig
           {
               RouteId = $"{facts.Name}:{path}", ClusterId = facts.Name, Order = -path.Length,
               Match = new RouteMatch { Path = path.EndsWith("/*", StringComparison.Ordinal) ? path[..^2] + "/{**rest}" : path.TrimEnd('/') + "/{**rest}" },
               MaxRequestBodySize = facts.MaxBodyBytes,
               Transforms =
               [
                   new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" },
                   new Dictionary<string, string> { ["X-Forwarded"] = "Set", ["For"] = "Append" },
               ],
           },
    ];

    public static IReadOnlyList<ClusterConfig> ClustersOf(ModuleContext context) =>
    [
        .. from facts in context.Product
           where facts.Serves.Count > 0
           select new ClusterConfig
           {
               ClusterId = facts.Name,
               Destinations = new Dictionary<string, DestinationConfig> { ["1"] = new() { Address = context.AddressOf(facts.Name).ToString() } },
               HttpClient = new HttpClientConfig { MaxConnectionsPerServer = 256 },
               HttpRequest = new() { ActivityTimeout = TimeSpan.FromSeconds(60) },
           },
    ];
}
