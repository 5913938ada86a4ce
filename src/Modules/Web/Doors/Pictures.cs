using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Web.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;

namespace EstoSpaces.Web.Doors;

/// <summary>Pictures have the page's own address, so that no other origin is allowed into it; what the gateway answers is handed on.</summary>
public static class Pictures
{
    private static readonly string[] Kept = ["Cache-Control", "ETag", "Last-Modified", "Content-Disposition"];

    public static void MapPictures(this IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/media/{**path}", async (string path, HttpContext http, Api api, CancellationToken ct) =>
    {
        try
        {
            using var answer = await api.FetchAsync($"/api/v1/media/{path}{http.Request.QueryString}", ct);
            http.Response.StatusCode = (int)answer.StatusCode;
            foreach (var name in Kept)
                if (answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values)) http.Response.Headers[name] = values.ToArray();
            http.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            http.Response.ContentLength = answer.Content.Headers.ContentLength;
            await answer.Content.CopyToAsync(http.Response.Body, ct);
        }
        catch (HttpRequestException) when (!http.Response.HasStarted) { http.Response.StatusCode = 503; }
    });

    /// <summary>The pictures of the sample data, for the style guide and home; only in development.</summary>
    public static void MapSamplePhotos(this WebApplication app)
    {
        if (Folder() is { } folder) app.UseStaticFiles(new StaticFileOptions { RequestPath = "/sample-photos", FileProvider = new PhysicalFileProvider(folder) });
    }

    // Beside the program when it is installed, else in the source tree above it.
    private static string? Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (Path.Combine(at.FullName, "assets", "photos") is var photos && Directory.Exists(photos)) return photos;
        return null;
    }
}
