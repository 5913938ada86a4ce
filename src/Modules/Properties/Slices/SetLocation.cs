using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host says where a home is; the time zone follows from it. Refused for coordinates or a country that don't exist.</summary>
public static class SetLocation
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapPut("/{id:guid}/location", HandleAsync).WithName("SetLocation").Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, LocationBody request, Caller caller, PropertyEdits edits, Locations locations, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) =>
        {
            property.Place(request.ToLocation(property.Id, locations), now);
            return null;
        }, ct);
}
