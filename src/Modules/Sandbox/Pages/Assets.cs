using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>The scripts and styles that lie inside the assembly.</summary>
internal static class Assets
{
    public static string Text(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Assets/" + name)
            ?? throw new InvalidOperationException($"The asset {name} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>A handler that serves one or more assets as one text, with a validator so that a browser asks only whether it changed.</summary>
    public static RequestDelegate Serve(string contentType, params string[] names)
    {
        var body = Encoding.UTF8.GetBytes(string.Concat(names.Select(Text)));
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(body))[..20]}\"";
        return async http =>
        {
            http.Response.Headers.ETag = tag;
            http.Response.Headers.CacheControl = "no-cache";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            if (http.Request.Headers.IfNoneMatch == tag)
            {
                http.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
            http.Response.ContentType = contentType + "; charset=utf-8";
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
        };
    }
}
