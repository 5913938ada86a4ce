using EstoSpaces.Web.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Web.Doors;

/// <summary>Files that a page links to and that only their owner may read: the visitor's session fetches them, and they are handed on.</summary>
public static class Files
{
    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/trips/{id:guid}/calendar.ics", (Guid id, HttpContext http, Api api, CancellationToken ct) => HandOnAsync(http, api, $"/api/v1/bookings/{id}/calendar.ics", $"trip-{id}.ics", ct));
        routes.MapGet("/invoices/{file}", (string file, HttpContext http, Api api, CancellationToken ct) => HandOnAsync(http, api, $"/api/v1/invoices/{Uri.EscapeDataString(file)}", null, ct));
    }

    private static async Task HandOnAsync(HttpContext http, Api api, string path, string? name, CancellationToken ct)
    {
        try
        {
            using var answer = await api.FetchAsync(path, ct);
            if (!answer.IsSuccessStatusCode) { http.Response.StatusCode = (int)answer.StatusCode; return; }
            http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            http.Response.Headers.ContentDisposition = name is null ? answer.Content.Headers.ContentDisposition?.ToString() : $"attachment; filename=\"{name}\"";
            http.Response.Headers.CacheControl = "private, no-store";
            await answer.Content.CopyToAsync(http.Response.Body, ct);
        }
        catch (HttpRequestException) when (!http.Response.HasStarted) { http.Response.StatusCode = 503; }
    }
}
