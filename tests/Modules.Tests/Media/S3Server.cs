using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Modules.Tests.Media;

/// <summary>Stands in for S3: put, get with range, head, delete and list of one bucket over its REST interface, with the signatures of AWS Signature Version 4 checked, in headers and in presigned addresses.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "photos", AccessKey = "AKIDEXAMPLE", SecretKey = "secret/key+of=tests", Region = "us-east-1";
    const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    sealed record Kept(byte[] Bytes, string ContentType, Dictionary<string, string> Headers, DateTimeOffset At)
    {
        public string ETag => $"\"{Convert.ToHexStringLower(MD5.HashData(Bytes))}\"";
    }

    readonly ConcurrentDictionary<string, Kept> objects = new();
    readonly WebApplication app;

    S3Server(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    public static async Task<S3Server> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new S3Server(builder.Build());
        server.app.Run(server.AnswerAsync);
        await server.app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    async Task AnswerAsync(HttpContext http)
    {
        if (!IsSigned(http.Request)) { await RefuseAsync(http, 403, "SignatureDoesNotMatch"); return; }
        var path = http.Request.Path.Value!.TrimStart('/').Split('/', 2);
        if (path[0] != Bucket) { await RefuseAsync(http, 404, "NoSuchBucket"); return; }
        var key = path.Length > 1 ? path[1] : "";
        if (key.Length == 0) { await ListAsync(http); return; }
        switch (http.Request.Method)
        {
            case "PUT": await PutAsync(http, key); break;
            case "DELETE": objects.TryRemove(key, out _); http.Response.StatusCode = 204; break;
            default: await GetAsync(http, key); break;
        }
    }

    async Task PutAsync(HttpContext http, string key)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var bytes = body.ToArray();
        var declared = http.Request.Headers["x-amz-content-sha256"].ToString();
        if (declared != "UNSIGNED-PAYLOAD" && declared != Convert.ToHexStringLower(SHA256.HashData(bytes))) { await RefuseAsync(http, 400, "XAmzContentSHA256Mismatch"); return; }
        var headers = http.Request.Headers.Where(h => h.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase) || h.Key == "Cache-Control").ToDictionary(h => h.Key, h => h.Value.ToString());
        var kept = objects[key] = new Kept(bytes, http.Request.ContentType ?? "binary/octet-stream", headers, TimeProvider.System.GetUtcNow());
        http.Response.Headers.ETag = kept.ETag;
    }

    async Task GetAsync(HttpContext http, string key)
    {
        if (!objects.TryGetValue(key, out var kept)) { await RefuseAsync(http, 404, "NoSuchKey"); return; }
        foreach (var (name, value) in kept.Headers) http.Response.Headers[name] = value;
        http.Response.Headers.ETag = kept.ETag;
        http.Response.Headers.LastModified = kept.At.ToString("R");
        http.Response.ContentType = kept.ContentType;
        var (from, to) = (0, kept.Bytes.Length - 1);
        if (http.Request.GetTypedHeaders().Range?.Ranges.Single() is { } range)
        {
            (from, to) = ((int)range.From!, (int)Math.Min(range.To!.Value, to));
            if (from > to) { await RefuseAsync(http, 416, "InvalidRange"); return; }
            http.Response.StatusCode = 206;
            http.Response.Headers.ContentRange = $"bytes {from}-{to}/{kept.Bytes.Length}";
        }
        http.Response.ContentLength = to - from + 1;
        if (http.Request.Method != "HEAD") await http.Response.Body.WriteAsync(kept.Bytes.AsMemory(from, to - from + 1));
    }

    // Two keys a page, so that paging happens.
    Task ListAsync(HttpContext http)
    {
        const int pageSize = 2;
        var (prefix, after) = (http.Request.Query["prefix"].ToString(), http.Request.Query["continuation-token"].ToString());
        var keys = objects.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(k, after) > 0).Order(StringComparer.Ordinal).ToList();
        XNamespace ns = Namespace;
        var page = keys.Take(pageSize).ToList();
        var answer = new XElement(ns + "ListBucketResult", new XElement(ns + "Name", Bucket), new XElement(ns + "Prefix", prefix), new XElement(ns + "KeyCount", page.Count),
            new XElement(ns + "IsTruncated", keys.Count > pageSize ? "true" : "false"), keys.Count > pageSize ? new XElement(ns + "NextContinuationToken", page[^1]) : null,
            page.Select(k => new XElement(ns + "Contents", new XElement(ns + "Key", k), new XElement(ns + "Size", objects[k].Bytes.Length))));
        http.Response.ContentType = "application/xml";
        return http.Response.WriteAsync(answer.ToString());
    }

    static Task RefuseAsync(HttpContext http, int status, string code)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/xml";
        return http.Request.Method == "HEAD" ? Task.CompletedTask : http.Response.WriteAsync($"<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    }

    /// <summary>Computes the signature anew, as Amazon documents it, and compares.</summary>
    static bool IsSigned(HttpRequest request)
    {
        var query = request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        string? signed, signature, date, scope;
        if (query.TryGetValue("X-Amz-Signature", out signature))
        {
            (signed, date, scope) = (query["X-Amz-SignedHeaders"], query["X-Amz-Date"], query["X-Amz-Credential"]);
            var signedAt = DateTimeOffset.ParseExact(date, "yyyyMMdd'T'HHmmss'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal);
            if (signedAt.AddSeconds(int.Parse(query["X-Amz-Expires"])) < TimeProvider.System.GetUtcNow()) return false;
            query.Remove("X-Amz-Signature");
        }
        else
        {
            var parts = request.Headers.Authorization.ToString().Replace("AWS4-HMAC-SHA256 ", "").Split(',').Select(p => p.Trim().Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
            if (!parts.TryGetValue("Signature", out signature)) return false;
            (signed, date, scope) = (parts["SignedHeaders"], request.Headers["X-Amz-Date"].ToString(), parts["Credential"]);
        }
        if (!scope.StartsWith($"{AccessKey}/{date[..8]}/{Region}/s3/aws4_request", StringComparison.Ordinal)) return false;

        var payload = request.Headers["x-amz-content-sha256"] is { Count: 1 } given ? given.ToString() : "UNSIGNED-PAYLOAD";
        var canonical = string.Join('\n', request.Method, new Uri(request.GetEncodedUrl()).AbsolutePath,
            string.Join('&', query.Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value)}").Order(StringComparer.Ordinal)),
            string.Concat(signed.Split(';').Select(h => $"{h}:{request.Headers[h].ToString().Trim()}\n")), signed, payload);
        var text = string.Join('\n', "AWS4-HMAC-SHA256", date, scope[(AccessKey.Length + 1)..], Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var key = new[] { date[..8], Region, "s3", "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + SecretKey), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        return signature == Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }
}
