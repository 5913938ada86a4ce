using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;
using EstoSpaces.Registry.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Registry.Slices;

/// <summary>An instance registers, or says anew what it is; its lease begins. Refused when what it says is incomplete (invalid_registration) or the registry is full (registry_full).</summary>
internal static class RegisterInstance
{
    private const int MostBytes = 128 << 10;

    public static void Map(RouteGroupBuilder eureka, TimeProvider clock) =>
        eureka.MapPost("/apps/{app}", (string app, HttpRequest request, LeaseBook book, PeerNodes peers, RegistryMetrics metrics, CancellationToken ct) => Handle(app, request, book, peers, metrics, clock, ct));

    private static async Task<IResult> Handle(string app, HttpRequest request, LeaseBook book, PeerNodes peers, RegistryMetrics metrics, TimeProvider clock, CancellationToken ct)
    {
        var body = await Bodies.ReadAsync(request, MostBytes, ct);
        if (body.Refused) return body.Refusal.ToProblem();
        var info = InstanceReading.Read(body.Value["instance"] ?? body.Value, app.ToUpperInvariant(), clock.GetUtcNow());
        if (info.Refused) return info.Refusal.ToProblem();
        var registered = book.Register(info.Value);
        if (registered.Refused) return registered.Refusal.ToProblem();
        metrics.Registered();
        if (!PeerNodes.IsFromPeer(request)) peers.Tell(PeerAction.Register(info.Value.Key));
        return Results.NoContent();
    }
}
