using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Search.Slices;

/// <summary>Anybody asks which places are searched most.</summary>
internal static class ListPopular
{
    public sealed record PopularPlace(string Place, long Searches);

    public sealed record Response(IReadOnlyList<PopularPlace> Data);

    public static void Map(RouteGroupBuilder group) => group.MapGet("/popular", Handle).WithName("ListPopularSearches").Produces<Response>();

    private static async Task<IResult> Handle(NpgsqlDataSource source, CancellationToken ct) => Results.Ok(new Response(
        await source.QueryAsync("select place, searches from popular_searches order by searches desc, place limit 12", [], r => new PopularPlace(r.GetString(0), r.GetInt64(1)), ct)));
}
