using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>Anybody reads which amenities there are, by code.</summary>
public static class ListAmenities
{
    public sealed record Response(IReadOnlyList<string> Data);

    public static void Map(RouteGroupBuilder properties) =>
        properties.MapGet("/amenities", () => Results.Ok(new Response(Contracts.Properties.Amenities.All))).WithName("ListAmenities").Produces<Response>();
}
