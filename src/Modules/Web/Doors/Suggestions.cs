using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Search;
using EstoSpaces.Web.Calls;
using EstoSpaces.Web.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Web.Doors;

/// <summary>What the place field proposes while somebody types, as the page's script wants it.</summary>
public static class Suggestions
{
    public static void MapSuggestions(this IEndpointRouteBuilder routes) => routes.MapGet("/suggest", async (string? q, HttpContext http, Api api) =>
    {
        var words = Texts.For(http);
        if (string.IsNullOrWhiteSpace(q)) return Results.Json(new { data = Array.Empty<object>() });
        var found = await api.GetAsync<Found>($"/api/v1/search/autocomplete?q={Uri.EscapeDataString(q.Trim())}");
        return Results.Json(new { data = found.Refused ? [] : found.Value.Data.Take(8).Select(s => Shown(s, words)).ToArray() });
    });

    private static object Shown(Suggestion s, Words words) => s.PropertyId is { } home
        ? new { name = s.Label, detail = s.Detail, kind = "listing", value = s.Label, href = (string?)$"/homes/{home}" }
        : new { name = s.Label, detail = s.ListingCount is { } count ? $"{s.Detail} · {words.Count("homes", count)}" : s.Detail, kind = "place", value = s.Label, href = (string?)null };

    private sealed record Found(IReadOnlyList<Suggestion> Data);
}
