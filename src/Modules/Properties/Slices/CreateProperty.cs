using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>A host begins a listing: a draft that nobody else sees. Refused without the role host, and for a body that contradicts itself.</summary>
public static class CreateProperty
{
    public static void Map(RouteGroupBuilder hosts) => hosts.MapPost("", HandleAsync).RequireAuthorization(Policies.Host).WithName("CreateProperty").Idempotent().Produces<PropertyView>(201);

    private static async Task<IResult> HandleAsync(PropertyBody body, Caller caller, PropertiesDb db, Locations locations, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        var now = clock.GetUtcNow().ToUniversalTime();
        var property = Property.Create(caller.UserId, body.ToText(), now);
        body.ApplyTo(property, locations, now);
        db.Properties.Add(property);
        await db.SaveChangesAsync(ct);
        Versions.Tag(http, property.Version);
        return Results.Created($"/api/v1/properties/{property.Id}", (await PropertyReads.SelectAsync(db, [property.Id], ct)).Single().Exact);
    }
}
