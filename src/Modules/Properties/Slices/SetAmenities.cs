using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host says what a home has, by codes. Refused for a code that isn't in the list.</summary>
public static class SetAmenities
{
    public sealed record Request(IReadOnlyList<string?>? Amenities) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Amenities, "amenities");
            yield return AmenityCheck.Of(Amenities);
        }
    }

    public static void Map(RouteGroupBuilder hosts) => hosts.MapPut("/{id:guid}/amenities", HandleAsync).WithName("SetAmenities").Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, Request request, Caller caller, PropertyEdits edits, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) =>
        {
            property.Equip(request.Amenities!.OfType<string>(), now);
            return null;
        }, ct);
}
