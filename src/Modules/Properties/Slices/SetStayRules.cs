using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host sets the house rules and the limits of a stay, whole. Refused for limits that contradict each other.</summary>
public static class SetStayRules
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapPut("/{id:guid}/rules", HandleAsync).WithName("SetStayRules").Produces<PropertyView>();

    private static Task<IResult> HandleAsync(Guid id, RulesBody request, Caller caller, PropertyEdits edits, HttpContext http, CancellationToken ct) =>
        edits.RunAsync(http, id, caller, (property, now) =>
        {
            property.Rule(request.ToRules(), now);
            return null;
        }, ct);
}
