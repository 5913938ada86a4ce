using System.Globalization;
using EstoSpaces.GatewayBench;

// Our gateway against HAProxy and nginx (Debian: haproxy, nginx, wrk, redis-server) before the same upstream in one run: bare, with token check and limit, and with the limit in Redis.
// dotnet run -c Release --project benchmarks/Gateway [seconds] [rounds] [connections]
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
var connections = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 64;

using var servers = new Servers();
var upstream = await servers.UpstreamAsync();
var (haproxy, nginx) = (await servers.HaproxyAsync(upstream), await servers.NginxProxyAsync(upstream));
var shared = await servers.GatewayAsync(upstream, await servers.RedisAsync());
var gateway = await servers.GatewayAsync(upstream, null);
Console.WriteLine($"gateway: process {servers.GatewayProcess}");
var token = servers.Token();
(string Name, int Port, string? Token)[] runs =
[
    ("HAProxy", haproxy, null), ("nginx", nginx, null), ("gateway, a stranger (limit by address)", gateway, null), ("gateway, token check and limit", gateway, token), ("gateway, token check and limit in Redis", shared, token),
    ("upstream itself", upstream, null),
];
foreach (var run in runs) await servers.WrkAsync(run.Port, connections, Math.Max(2, seconds), run.Token); // warm

// In turns, so that what disturbs the machine disturbs all; each round gives a ratio, and the middle one counts.
var rates = runs.ToDictionary(r => r.Name, _ => new List<(double PerSecond, double CpuMicros)>());
for (var round = 0; round < rounds; round++)
    foreach (var run in round % 2 == 0 ? runs : runs.Reverse()) rates[run.Name].Add(await servers.WrkAsync(run.Port, connections, seconds, run.Token));

Console.WriteLine($"{connections} connections, {rounds} rounds of {seconds} s, {Environment.ProcessorCount} processors");
Console.WriteLine("| | requests/s | × HAProxy | × nginx | processor time of it a request |");
Console.WriteLine("|---|---|---|---|---|");
foreach (var run in runs)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {run.Name} | {Middle(rates[run.Name].Select(r => r.PerSecond)):F0} | {Ratio(run.Name, "HAProxy"):F2} | {Ratio(run.Name, "nginx"):F2} | {Middle(rates[run.Name].Select(r => r.CpuMicros)):F1} µs |"));
return 0;

double Ratio(string name, string to) => Middle(rates[name].Zip(rates[to], (a, b) => a.PerSecond / b.PerSecond));

static double Middle(IEnumerable<double> values)
{
    var sorted = values.Order().ToList();
    return sorted[sorted.Count / 2];
}
