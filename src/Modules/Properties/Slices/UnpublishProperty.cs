using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host hides a published listing; bookings that were made stay. Refused for a draft. Doing it twice changes nothing.</summary>
public static class UnpublishProperty
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapPost("/{id:guid}/unpublish", HandleAsync).WithName("UnpublishProperty").Idempotent().Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, Caller caller, PropertyEdits edits, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) => property.Unpublish(now), ct);
}
