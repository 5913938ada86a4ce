using System.Globalization;
using EstoSpaces.Media.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace EstoSpaces.Media;

/// <summary>Answers an object's bytes: validators, one byte range (RFC 9110), and headers that keep a browser from taking a picture for anything else.</summary>
public sealed class ObjectAnswer(IObjectStore store, string key, string cacheControl, string? downloadName = null, bool variesByAccept = false) : IResult
{
    /// <summary>For what never changes under its address and is for everybody.</summary>
    public const string Immutable = "public, max-age=31536000, immutable";

    public async Task ExecuteAsync(HttpContext http)
    {
        var ct = http.RequestAborted;
        var request = http.Request.GetTypedHeaders();
        var isPlain = request.Range is null && http.Request.Headers.IfNoneMatch.Count == 0 && !HttpMethods.IsHead(http.Request.Method);
        await using var whole = isPlain ? await store.GetAsync(key, null, ct) : null;
        if ((isPlain ? whole?.Head : await store.HeadAsync(key, ct)) is not { } head)
        {
            await Kernel.Outcomes.Problems.WriteAsync(http, MediaRefusals.RenditionNotFound);
            return;
        }
        var tag = new EntityTagHeaderValue($"\"{head.ETag}\"");
        WriteHeaders(http.Response, head, tag);
        if (request.IfNoneMatch is { Count: > 0 } known && known.Any(k => k.Compare(tag, useStrongComparison: false) || k == EntityTagHeaderValue.Any))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var (range, satisfiable) = RangeOf(request, head, tag);
        if (!satisfiable)
        {
            http.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            http.Response.Headers.ContentRange = $"bytes */{head.Length.ToString(CultureInfo.InvariantCulture)}";
            http.Response.ContentLength = 0;
            return;
        }
        http.Response.ContentType = head.Facts.ContentType;
        http.Response.ContentLength = range?.Length ?? head.Length;
        if (range is { } part)
        {
            http.Response.StatusCode = StatusCodes.Status206PartialContent;
            http.Response.Headers.ContentRange = new ContentRangeHeaderValue(part.From, part.To, head.Length).ToString();
        }
        if (!HttpMethods.IsHead(http.Request.Method)) await SendAsync(http, whole, range, ct);
    }

    async Task SendAsync(HttpContext http, StoredObject? opened, ByteRange? range, CancellationToken ct)
    {
        await using var stored = opened ?? await store.GetAsync(key, range, ct);
        if (stored is not null) await stored.Content.CopyToAsync(http.Response.Body, ct);
        else http.Abort();   // erased between the two looks, after the length was promised
    }

    void WriteHeaders(HttpResponse response, ObjectHead head, EntityTagHeaderValue tag)
    {
        var headers = response.Headers;
        headers.ETag = tag.ToString();
        headers.LastModified = HeaderUtilities.FormatDate(head.ModifiedAt);
        headers.CacheControl = cacheControl;
        headers.AcceptRanges = "bytes";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (variesByAccept) headers.Vary = "Accept";
        if (downloadName is null) return;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(downloadName);
        headers.ContentDisposition = disposition.ToString();
    }

    // Several ranges, or a range of another version, are answered with the whole, as the standard allows.
    static (ByteRange? Range, bool Satisfiable) RangeOf(RequestHeaders request, ObjectHead head, EntityTagHeaderValue tag)
    {
        if (request.Range is not { Unit.Value: "bytes", Ranges.Count: 1 } asked) return (null, true);
        if (request.IfRange is { } condition && condition.EntityTag?.Compare(tag, useStrongComparison: true) != true) return (null, true);
        var range = asked.Ranges.First();
        long from, to;
        if (range.From is { } start) (from, to) = (start, Math.Min(range.To ?? long.MaxValue, head.Length - 1));
        else (from, to) = (Math.Max(0, head.Length - (range.To ?? 0)), head.Length - 1);
        return from <= to ? (new ByteRange(from, to), true) : (null, false);
    }
}
