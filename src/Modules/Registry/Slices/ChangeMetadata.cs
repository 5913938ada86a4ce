using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Registry.Leases;
using EstoSpaces.Registry.Peers;
using EstoSpaces.Registry.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Registry.Slices;

/// <summary>Adds entries to an instance's metadata, or replaces them. Refused when it is not registered (instance_not_registered) or it would be too much (invalid_registration).</summary>
internal static class ChangeMetadata
{
    public static void Map(RouteGroupBuilder eureka) => eureka.MapPut("/apps/{app}/{id}/metadata", Handle);

    private static IResult Handle(string app, string id, HttpRequest request, LeaseBook book, PeerNodes peers)
    {
        var key = new InstanceKey(app.ToUpperInvariant(), id);
        var changed = book.Amend(key, info =>
        {
            var metadata = info.Metadata.SetItems(request.Query.Select(q => KeyValuePair.Create(q.Key, q.Value.Count > 0 ? q.Value[0] ?? "" : "")));
            return InstanceReading.Check(metadata, "metadata") is { } refusal ? refusal : (Result<InstanceInfo>)(info with { Metadata = metadata });
        });
        if (changed.Refused) return changed.Refusal.ToProblem();
        if (!PeerNodes.IsFromPeer(request)) peers.Tell(PeerAction.Register(key));
        return Results.Ok();
    }
}
