using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Media.Images;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace EstoSpaces.Media;

/// <summary>A file as it was sent.</summary>
public sealed record SentFile(string Name, byte[] Content);

/// <summary>What an upload form held. <paramref name="Purpose"/> is null when the form did not say.</summary>
public sealed record SentForm(IReadOnlyList<SentFile> Files, MediaPurpose? Purpose);

/// <summary>
/// Reads <c>multipart/form-data</c> (RFC 7578) section by section. Each file is spooled to disk while it trickles in, so that slow senders cost no memory,
/// and read into memory one form at a time.
/// </summary>
public sealed class UploadForm
{
    const int MaxFieldBytes = 1024;
    const int MaxFields = 20;
    const int MaxBoundary = 100;

    public async Task<Result<SentForm>> ReadAsync(HttpRequest request, int maxFiles, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || type.MediaType != "multipart/form-data"
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= MaxBoundary } boundary) return MediaRefusals.NotMultipart;

        Result<MediaPurpose?> purpose = Purpose(request.Query["purpose"].ToString());
        var files = new List<SentFile>();
        var reader = new MultipartReader(boundary, request.Body);
        var fields = 0;
        try
        {
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part)) return MediaRefusals.NotMultipart;
                if (IsFile(part))
                {
                    if (files.Count == maxFiles) return maxFiles == 1 ? MediaRefusals.OneFile : MediaRefusals.TooManyFiles;
                    var content = await SpoolAsync(section.Body, ct);
                    if (content.Refused) return content.Refusal;
                    files.Add(new(FileNames.Clean(NameOf(part)), content.Value));
                }
                else
                {
                    if (++fields > MaxFields) return MediaRefusals.NotMultipart;
                    var value = await FieldAsync(section.Body, ct);
                    if (HeaderUtilities.RemoveQuotes(part.Name) == "purpose") purpose = Purpose(value);
                }
            }
        }
        catch (InvalidDataException)
        {
            return MediaRefusals.NotMultipart;
        }
        catch (IOException error) when (error is not BadHttpRequestException && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return MediaRefusals.NotMultipart;   // the body ended inside a part
        }
        if (purpose.Refused) return purpose.Refusal;
        return files.Count > 0 ? new SentForm(files, purpose.Value) : MediaRefusals.FileMissing;
    }

    static Result<MediaPurpose?> Purpose(string? text)
    {
        if (string.IsNullOrEmpty(text)) return (MediaPurpose?)null;
        return Wire.TryName<MediaPurpose>(text, out var purpose) ? (MediaPurpose?)purpose : MediaRefusals.PurposeUnknown;
    }

    static bool IsFile(ContentDispositionHeaderValue part) => part.DispositionType == "form-data" && (part.FileName.HasValue || part.FileNameStar.HasValue);

    static string? NameOf(ContentDispositionHeaderValue part) => part.FileNameStar.HasValue ? part.FileNameStar.Value : HeaderUtilities.RemoveQuotes(part.FileName).Value;

    static async Task<string> FieldAsync(Stream body, CancellationToken ct)
    {
        var buffer = new byte[MaxFieldBytes];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length).Trim();
    }

    static async Task<Result<byte[]>> SpoolAsync(Stream body, CancellationToken ct)
    {
        await using var spool = new FileStream(Path.Combine(Path.GetTempPath(), $"estospaces-upload-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        var buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer, ct) is > 0 and var read)
        {
            if (spool.Length + read > PictureLimits.MaxFileBytes) return MediaRefusals.TooLarge;
            await spool.WriteAsync(buffer.AsMemory(0, read), ct);
        }
        var content = new byte[spool.Length];
        spool.Position = 0;
        await spool.ReadExactlyAsync(content, ct);
        return content;
    }
}
