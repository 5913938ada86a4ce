using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>Anybody looks at a published listing, without its street and exact point; its host and admins see all of it in every state.</summary>
public static class GetProperty
{
    public static void Map(RouteGroupBuilder properties) => properties.MapGet("/{id:guid}", HandleAsync).WithName("GetProperty").Produces<PropertyView>();

    private static async Task<IResult> HandleAsync(Guid id, Caller? caller, PropertyReads reads, HttpContext http, CancellationToken ct)
    {
        if (await FindVisibleAsync(reads, new PropertyId(id), caller, ct) is not { } row) return PropertyRefusals.NotFound.ToProblem();
        Versions.Tag(http, row.Exact.Version);
        return Results.Ok(row.For(caller));
    }

    /// <summary>Null for what the caller may not know of.</summary>
    internal static async Task<PropertyReads.Row?> FindVisibleAsync(PropertyReads reads, PropertyId id, Caller? caller, CancellationToken ct)
    {
        var rows = await reads.SelectAsync("where p.id = $1 and p.status <> 'deleted'", [id.Value], ct);
        return rows is [var row] && (row.Exact.Status == ListingStatus.Published || caller is not null && (caller.IsAdmin || caller.UserId == row.Exact.HostId)) ? row : null;
    }
}
