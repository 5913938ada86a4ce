using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using EstoSpaces.Contracts;

namespace EstoSpaces.Media.Images;

/// <summary>The worker's first word: whether it found libvips, and which.</summary>
sealed record WorkerHello(bool Ready, string Detail);

/// <summary>The worker's answer to one upload: a refusal, or the set's facts; the renditions' bytes follow, a frame each, in the order listed.</summary>
sealed record WorkerAnswer(string? Code, string? Message, string? Detail, int Width, int Height, string? Placeholder, IReadOnlyList<WorkerRendition> Renditions);

sealed record WorkerRendition(int Step, string ContentType, int Width, int Height);

[JsonSerializable(typeof(WorkerHello))]
[JsonSerializable(typeof(WorkerAnswer))]
sealed partial class WorkerJson : JsonSerializerContext;

/// <summary>
/// Frames over the worker's standard input and output: four bytes of length (big endian), then the content. One upload goes in as one frame;
/// out come a <see cref="WorkerHello"/> at the start and, for each upload, a <see cref="WorkerAnswer"/> and its renditions.
/// </summary>
static class WorkerWire
{
    // A worker that a hostile file has taken over must not be able to make the service allocate at will.
    const int MaxFrameBytes = 64 * 1024 * 1024;

    public static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        await stream.WriteAsync(length, ct);
        await stream.WriteAsync(content, ct);
    }

    /// <summary>Throws EndOfStreamException when the other side is gone, InvalidDataException when it does not keep to the frames.</summary>
    public static async Task<byte[]> ReadAsync(Stream stream, CancellationToken ct)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, ct);
        var size = BinaryPrimitives.ReadInt32BigEndian(length);
        if (size is < 0 or > MaxFrameBytes) throw new InvalidDataException($"a frame of {size} bytes");
        var content = new byte[size];
        await stream.ReadExactlyAsync(content, ct);
        return content;
    }

    public static async Task WriteSetAsync(Stream stream, Result<PictureSet> made, string? detail, CancellationToken ct)
    {
        var set = made.Refused ? null : made.Value;
        var renditions = set?.Renditions ?? [];
        var answer = new WorkerAnswer(made.Refusal?.Code, made.Refusal?.Message, detail, set?.Width ?? 0, set?.Height ?? 0, set?.Placeholder,
            [.. renditions.Select(r => new WorkerRendition(r.Step, r.ContentType, r.Width, r.Height))]);
        await WriteAsync(stream, JsonSerializer.SerializeToUtf8Bytes(answer, WorkerJson.Default.WorkerAnswer), ct);
        foreach (var rendition in renditions) await WriteAsync(stream, rendition.Data, ct);
        await stream.FlushAsync(ct);
    }

    public static async Task<(Result<PictureSet> Made, string? Detail)> ReadSetAsync(Stream stream, CancellationToken ct)
    {
        var answer = JsonSerializer.Deserialize(await ReadAsync(stream, ct), WorkerJson.Default.WorkerAnswer) ?? throw new InvalidDataException("an empty answer");
        if (answer.Code is not null) return (Refusal.Invalid(answer.Code, answer.Message ?? "", "file"), answer.Detail);

        var renditions = new List<Rendition>();
        foreach (var listed in answer.Renditions)
            renditions.Add(new(listed.Step, listed.ContentType, listed.Width, listed.Height, await ReadAsync(stream, ct)));
        return (new PictureSet(answer.Width, answer.Height, answer.Placeholder ?? "", renditions), null);
    }
}
