using System.IO.Compression;
using EstoSpaces.Registry.Leases;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Registry.Wire;

/// <summary>
/// The two answers that every client asks for again and again, kept in both forms until something changes (or half a minute, for the times in them), also compressed.
/// A client that has the newest is told so by 304.
/// </summary>
internal sealed class Answers(LeaseBook book, TimeProvider clock)
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromSeconds(30);
    private readonly Kept[] kept = new Kept[4];
    private readonly string process = Guid.NewGuid().ToString("n")[..8]; // versions begin anew with the process

    private sealed record Kept(long Version, DateTimeOffset At, byte[] Plain, byte[] Zipped, string Tag);

    public IResult All(HttpRequest request) => Send(request, Get(Format.Accepted(request), delta: false));

    public IResult Delta(HttpRequest request) => Send(request, Get(Format.Accepted(request), delta: true));

    public static IResult One(HttpRequest request, Func<Form, Element> write)
    {
        var form = Format.Accepted(request);
        return Results.Bytes(Format.Write(write(form), form), Format.ContentType(form));
    }

    private Kept Get(Form form, bool delta)
    {
        var place = (int)form * 2 + (delta ? 1 : 0);
        var now = clock.GetUtcNow();
        if (Volatile.Read(ref kept[place]) is { } have && have.Version == book.Version && now - have.At < KeepFor) return have;
        var applications = delta ? book.Delta() : book.All();
        var plain = Format.Write(InstanceWriting.Applications(applications, form), form);
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(plain);
        var made = new Kept(applications.Version, now, plain, zipped.ToArray(), $"\"{process}-{applications.Version}-{(delta ? "d" : "a")}{(form == Form.Json ? "j" : "x")}-{now.ToUnixTimeSeconds()}\"");
        Volatile.Write(ref kept[place], made);
        return made;
    }

    private static IResult Send(HttpRequest request, Kept answer)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.ETag = answer.Tag;
        headers.Vary = "Accept, Accept-Encoding";
        headers.CacheControl = "no-cache";
        if (request.Headers.IfNoneMatch.ToString().Contains(answer.Tag, StringComparison.Ordinal)) return Results.StatusCode(StatusCodes.Status304NotModified);
        var type = Format.ContentType(Format.Accepted(request));
        if (!request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase)) return Results.Bytes(answer.Plain, type);
        headers.ContentEncoding = "gzip";
        return Results.Bytes(answer.Zipped, type);
    }
}
