using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Registry.Peers;

/// <summary>The registries of EUREKA_PEERS: asked for what they know at the start, told what happens from then on. An address of this registry itself among them is found out and left alone.</summary>
internal sealed class PeerNodes : BackgroundService
{
    public const string ReplicationHeader = "x-netflix-discovery-replication";
    public const string IdentityHeader = "X-Registry-Id";
    private readonly HttpClient http;
    private readonly LeaseBook book;
    private readonly TimeProvider clock;
    private readonly ILogger log;

    public PeerNodes(Settings settings, LeaseBook book, ServiceTokens tokens, TimeProvider clock, ILogger<PeerNodes> log)
    {
        (this.book, this.clock, this.log) = (book, clock, log);
        http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromMinutes(2), UseCookies = false, AllowAutoRedirect = false })
        {
            Timeout = TimeSpan.FromSeconds(5), MaxResponseContentBufferSize = 64 << 20,
        };
        All = [.. RegistryAddress.ParseAll("EUREKA_PEERS", settings["EUREKA_PEERS"] ?? "", settings["EUREKA_USER"], settings["EUREKA_PASSWORD"])
            .Select(address => new PeerNode(address, book, http, tokens, Identity, clock, log))];
    }

    public IReadOnlyList<PeerNode> All { get; }

    /// <summary>Tells this registry from every other while it runs.</summary>
    public string Identity { get; } = Guid.NewGuid().ToString("n");

    /// <summary>What a peer tells is not told on: it tells all others itself.</summary>
    public static bool IsFromPeer(HttpRequest request) => request.Headers[ReplicationHeader] == "true";

    public void Tell(PeerAction action)
    {
        foreach (var peer in All) peer.Tell(action);
    }

    public override async Task StartAsync(CancellationToken ct)
    {
        foreach (var peer in All)
            if (await peer.FetchAsync(ct) is { } known)
            {
                TakeOver(known, peer.Address);
                break;
            }
        await base.StartAsync(ct);
    }

    public override void Dispose()
    {
        base.Dispose();
        http.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(All.Select(p => p.RunAsync(stoppingToken)));

    private void TakeOver(Element known, Uri peer)
    {
        var now = clock.GetUtcNow();
        var count = 0;
        foreach (var app in known["applications"]?.Children.Where(c => c.Name == "application") ?? [])
            foreach (var instance in app.Children.Where(c => c.Name == "instance"))
            {
                var read = InstanceReading.Read(instance, (app.TextOf("name") ?? "").ToUpperInvariant(), now);
                if (read.Refused) continue;
                // What is answered to clients is the operator's word; what the instance had said before it is not in it, and was most probably UP.
                var info = read.Value.Overridden != InstanceStatus.Unknown && read.Value.Status == read.Value.Overridden ? read.Value with { Status = InstanceStatus.Up } : read.Value;
                if (!book.Register(info).Refused) count++;
            }
        Log.TakenOver(log, count, peer);
    }
}
