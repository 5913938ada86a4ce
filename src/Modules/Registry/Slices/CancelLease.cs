using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Registry.Slices;

/// <summary>An instance that is about to stop gives its lease back. Refused when it is not registered (instance_not_registered).</summary>
internal static class CancelLease
{
    public static void Map(RouteGroupBuilder eureka) => eureka.MapDelete("/apps/{app}/{id}", Handle);

    private static IResult Handle(string app, string id, HttpRequest request, LeaseBook book, PeerNodes peers, RegistryMetrics metrics)
    {
        var key = new InstanceKey(app.ToUpperInvariant(), id);
        if (!book.Cancel(key)) return RegistryRefusals.NotRegistered.ToProblem();
        metrics.Cancelled();
        if (!PeerNodes.IsFromPeer(request)) peers.Tell(PeerAction.Cancel(key));
        return Results.Ok();
    }
}
