using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Gateway;

/// <summary>Anybody reads the merged API document at /openapi/v1.json and its reading page at /docs (npm's Redoc; without it the page still links to the document).</summary>
internal static class ReadDocs
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/openapi/v1.json", async (ApiDocument document, CancellationToken ct) => Results.Text((await document.GetAsync(ct)).ToJsonString(), "application/json")).ExcludeFromDescription().WithOrder(-1);
        app.MapGet("/docs", (HttpContext http) =>
        {
            http.Response.Headers.ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";
            return Results.Content(Page, "text/html; charset=utf-8");
        }).ExcludeFromDescription();
        app.MapGet("/docs/{file}", (string file) => Find(file) is { } path ? Results.File(path, "text/javascript") : Results.NotFound()).ExcludeFromDescription();
        app.MapGet("/", () => Results.Redirect("/docs")).ExcludeFromDescription();
    }

    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>EstoSpaces API</title></head>
        <body style="margin:0">
          <redoc spec-url="/openapi/v1.json" hide-loading native-scrollbars></redoc>
          <noscript><p style="font-family:sans-serif;padding:2rem">The document itself is at <a href="/openapi/v1.json">/openapi/v1.json</a>.</p></noscript>
          <script src="/docs/reference.js"></script>
        </body>
        </html>
        """;

    /// <summary>The bundle of the reading page, from the installed npm package.</summary>
    private static string? Find(string file)
    {
        if (file != "reference.js") return null;
        foreach (var root in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
            for (var folder = new DirectoryInfo(root); folder is not null; folder = folder.Parent)
            {
                var path = Path.Combine(folder.FullName, "node_modules", "redoc", "bundles", "redoc.standalone.js");
                if (File.Exists(path)) return path;
            }
        return null;
    }
}
