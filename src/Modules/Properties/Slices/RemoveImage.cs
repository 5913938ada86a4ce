using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host takes a picture out of a listing; the file itself stays with media. Refused for the last picture of a published listing.</summary>
public static class RemoveImage
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapDelete("/{id:guid}/images/{mediaId:guid}", HandleAsync).WithName("RemoveImage").Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, Guid mediaId, Caller caller, PropertyEdits edits, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) => property.RemoveImage(new MediaId(mediaId), now), ct);
}
