using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host shows a listing to everybody. Refused while it lacks what a guest must find: description, beds, location, price, a picture. Publishing twice changes nothing.</summary>
public static class PublishProperty
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapPost("/{id:guid}/publish", HandleAsync).WithName("PublishProperty").Idempotent().Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, Caller caller, PropertyEdits edits, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) => property.Publish(now.ToUniversalTime()), ct);
}
