using System.IO.Compression;
using EstoSpaces.Contracts;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Registry.Wire;

/// <summary>Reads a body in either form, also a compressed one, and never more of it than is allowed.</summary>
internal static class Bodies
{
    private static readonly Refusal TooLarge = new("body_too_large", RefusalKind.Invalid, "The body is larger than this endpoint takes.");
    private static readonly Refusal OtherType = Refusal.Invalid("unsupported_media_type", "Send the body as application/json or application/xml.");

    public static async Task<Result<Element>> ReadAsync(HttpRequest request, int most, CancellationToken ct)
    {
        if (Format.Sent(request) is not { } form) return OtherType;
        var stream = request.Headers.ContentEncoding.ToString().Equals("gzip", StringComparison.OrdinalIgnoreCase) ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        using var body = new MemoryStream();
        var piece = new byte[16 << 10];
        try
        {
            while (await stream.ReadAsync(piece, ct) is var read and > 0)
            {
                if (body.Length + read > most) return TooLarge;
                body.Write(piece, 0, read);
            }
            return Format.Read(body.ToArray(), form);
        }
        catch (InvalidDataException) { return RegistryRefusals.Unreadable("The body says it is compressed with gzip, and is not."); }
        catch (FormatException e) { return RegistryRefusals.Unreadable(e.Message); }
    }
}
