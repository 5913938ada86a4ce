using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host lists all listings of his own, in every state but deleted, newest first, whole.</summary>
public static class ListMyProperties
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapGet("/mine", HandleAsync).RequireAuthorization(Policies.Host).WithName("ListMyProperties").Produces<Page<PropertyView>>();

    private static async Task<IResult> HandleAsync(PageRequest page, Caller caller, PropertyReads reads, CancellationToken ct)
    {
        var after = page.TimeAndId();
        var rows = await reads.SelectAsync("""
            where p.host_id = $1 and p.status <> 'deleted' and ($2::timestamptz is null or (p.created_at, p.id) < ($2, $3::uuid)) order by p.created_at desc, p.id desc limit $4
            """, [caller.UserId.Value, after?.At.ToUniversalTime(), after?.Id, page.Limit + 1], ct);
        var cut = page.Cut(rows, r => (r.Exact.CreatedAt, r.Exact.Id.Value));
        return Results.Ok(new Page<PropertyView>([.. cut.Data.Select(r => r.Exact)], cut.NextCursor));
    }
}
