using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host rewrites a listing's text and whichever other parts the body holds. Refused to others, and when If-Match names an older version.</summary>
public static class UpdateProperty
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapPut("/{id:guid}", HandleAsync).WithName("UpdateProperty").Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, PropertyBody body, Caller caller, PropertyEdits edits, Locations locations, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) =>
        {
            property.Describe(body.ToText(), now);
            body.ApplyTo(property, locations, now);
            return null;
        }, ct);
}
