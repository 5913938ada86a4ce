using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Registry.Slices;

/// <summary>
/// An operator takes an instance out of service (or forces another status) and takes that back; what the instance says of itself then counts again.
/// Refused when it is not registered (instance_not_registered) or the status has another name (invalid_registration).
/// </summary>
internal static class DecideStatus
{
    public static void Map(RouteGroupBuilder eureka)
    {
        eureka.MapPut("/apps/{app}/{id}/status", Decide);
        eureka.MapDelete("/apps/{app}/{id}/status", TakeBack);
    }

    private static IResult Decide(string app, string id, string? value, string? lastDirtyTimestamp, HttpRequest request, LeaseBook book, PeerNodes peers, RegistryMetrics metrics)
    {
        if (Statuses.Parse(value) is not { } status || status == InstanceStatus.Unknown)
            return RegistryRefusals.Wrong("value", "Say the status as ?value=OUT_OF_SERVICE, UP, DOWN or STARTING.").ToProblem();
        return Done(app, id, status, null, lastDirtyTimestamp, request, book, peers, metrics);
    }

    private static IResult TakeBack(string app, string id, string? value, string? lastDirtyTimestamp, HttpRequest request, LeaseBook book, PeerNodes peers, RegistryMetrics metrics)
    {
        var fallback = value is null ? InstanceStatus.Unknown : Statuses.Parse(value);
        if (fallback is null) return RegistryRefusals.Wrong("value", "The status to fall back to is UP, DOWN, STARTING or OUT_OF_SERVICE.").ToProblem();
        return Done(app, id, InstanceStatus.Unknown, fallback, lastDirtyTimestamp, request, book, peers, metrics);
    }

    private static IResult Done(string app, string id, InstanceStatus status, InstanceStatus? fallback, string? lastDirtyTimestamp, HttpRequest request, LeaseBook book, PeerNodes peers, RegistryMetrics metrics)
    {
        var key = new InstanceKey(app.ToUpperInvariant(), id);
        if (!book.Decide(key, status, fallback, Times.Parse(lastDirtyTimestamp))) return RegistryRefusals.NotRegistered.ToProblem();
        metrics.Decided();
        if (!PeerNodes.IsFromPeer(request)) peers.Tell(PeerAction.Decide(key, status, fallback));
        return Results.Ok();
    }
}
