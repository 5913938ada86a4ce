using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>The older address of search: sends the caller on to the search service, with the query as it is.</summary>
public static class SearchProperties
{
    public static void Map(RouteGroupBuilder properties) => properties.MapGet("/search", (HttpContext http) => Results.Redirect($"/api/v1/search{http.Request.QueryString}", permanent: false, preserveMethod: true))
        .WithName("SearchProperties").Produces(307);
}
