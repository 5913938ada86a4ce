using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host sets all prices of a listing, whole. Quotes that were frozen keep theirs. Refused for prices out of bounds and unknown currencies.</summary>
public static class SetPriceRules
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapPut("/{id:guid}/price-rules", HandleAsync).WithName("SetPriceRules").Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, PriceBody request, Caller caller, PropertyEdits edits, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) =>
        {
            property.Charge(request.ToRules(), now);
            return null;
        }, ct);
}
