using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;
using EstoSpaces.Registry.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Registry.Slices;

/// <summary>
/// An instance renews its lease. Refused (instance_not_registered, then it registers) when it is unknown or has changed since it registered; a peer that knows an older state is
/// answered the newer one with 409.
/// </summary>
internal static class RenewLease
{
    public static void Map(RouteGroupBuilder eureka) => eureka.MapPut("/apps/{app}/{id}", Handle);

    private static IResult Handle(string app, string id, string? lastDirtyTimestamp, HttpRequest request, LeaseBook book, PeerNodes peers, RegistryMetrics metrics)
    {
        var key = new InstanceKey(app.ToUpperInvariant(), id);
        var fromPeer = PeerNodes.IsFromPeer(request);
        var renewal = book.Renew(key, Times.Parse(lastDirtyTimestamp), fromPeer);
        metrics.Renewed(renewal.Known);
        if (!renewal.Known) return RegistryRefusals.NotRegistered.ToProblem();
        if (renewal.Newer is { } newer)
        {
            var form = Format.Accepted(request);
            return Results.Text(System.Text.Encoding.UTF8.GetString(Format.Write(InstanceWriting.Instance(newer, form), form)), Format.ContentType(form), statusCode: StatusCodes.Status409Conflict);
        }
        if (!fromPeer) peers.Tell(PeerAction.Renew(key));
        return Results.Ok();
    }
}
