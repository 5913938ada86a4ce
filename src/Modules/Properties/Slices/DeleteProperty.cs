using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host takes a listing away for good. Bookings that were made stay as they are: they carry what they need. Refused to others.</summary>
public static class DeleteProperty
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapDelete("/{id:guid}", HandleAsync).WithName("DeleteProperty").Produces(204);

    private static Task<IResult> HandleAsync(Guid id, Caller caller, PropertyEdits edits, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) =>
        {
            property.Delete(now);
            return (Refusal?)null;
        }, ct);
}
