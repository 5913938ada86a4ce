using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace EstoSpaces.Web;

/// <summary>
/// The styles, scripts, fonts and map files: a folder <c>web</c> next to the program, served under <c>/assets</c>. An address
/// made by <see cref="Url"/> carries the file's hash, so that browsers may keep it for good.
/// </summary>
public sealed class WebAssets
{
    private readonly PhysicalFileProvider _files;
    private readonly ConcurrentDictionary<string, string> _urls = new();
    private readonly bool _fixed;

    /// <param name="folder">Where the files are.</param>
    /// <param name="live">True in development: hashes are read anew on every use, so that an edited style shows at once.</param>
    public WebAssets(string folder, bool live)
    {
        Directory.CreateDirectory(folder);
        _files = new PhysicalFileProvider(folder);
        _fixed = !live;
    }

    public static string DefaultFolder => Path.Combine(AppContext.BaseDirectory, "web");

    /// <summary>True when the node build has run; without it the pages fall back to the unbundled styles and no script.</summary>
    public bool Bundled => _files.GetFileInfo("dist/app.css").Exists;

    public string Url(string path) => _fixed ? _urls.GetOrAdd(path, Hashed) : Hashed(path);

    public void Serve(IApplicationBuilder app)
    {
        var types = new FileExtensionContentTypeProvider { Mappings = { [".mjs"] = "text/javascript", [".webmanifest"] = "application/manifest+json" } };
        app.UseStaticFiles(new StaticFileOptions
        {
            RequestPath = "/assets",
            FileProvider = _files,
            ContentTypeProvider = types,
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Query.ContainsKey("v") || file.Context.Request.Path.Value!.Contains("/dist/js/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "public, max-age=3600",
        });
    }

    private string Hashed(string path)
    {
        var file = _files.GetFileInfo(path);
        if (!file.Exists) return $"/assets/{path}";
        using var stream = file.CreateReadStream();
        return $"/assets/{path}?v={Convert.ToHexStringLower(SHA256.HashData(stream))[..10]}";
    }
}
