using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Testing;

namespace EstoSpaces.Modules.Tests.Media;

/// <summary>Pictures to upload, good and hostile, and how to upload them.</summary>
internal static class Pictures
{
    /// <summary>A colourful PNG; each seed is another picture.</summary>
    public static byte[] Png(int width, int height, int seed = 0)
    {
        var rows = new byte[height * (1 + (width * 3))];
        var at = 0;
        for (var y = 0; y < height; y++)
        {
            rows[at++] = 0;
            for (var x = 0; x < width; x++)
            {
                rows[at++] = (byte)(x + seed);
                rows[at++] = (byte)((y * 2) + (seed >> 8));
                rows[at++] = (byte)(x * y / 64);
            }
        }
        return Png(width, height, rows);
    }

    /// <summary>A PNG whose header promises whatever is wanted.</summary>
    public static byte[] Png(int width, int height, byte[] rows)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", header), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>A JPEG as the product itself makes one, of a picture of that seed.</summary>
    public static async Task<byte[]> JpegAsync(TestProduct product, int seed, int width = 640, int height = 400)
    {
        var host = await product.NewHostAsync();
        var view = await host.Api.UploadAsync(Png(width, height, seed), "seed.png").ReadAsync<MediaView>(201);
        return await product.Api.GetByteArrayAsync($"/api/v1/media/{view.Id}/640.jpg");
    }

    /// <summary>The JPEG with an EXIF segment as phones write it: orientation and a GPS position.</summary>
    public static byte[] WithGps(byte[] jpeg, ushort orientation)
    {
        byte[] tiff =
        [
            .. "MM"u8, 0, 42, 0, 0, 0, 8,
            0, 2, // two entries: orientation, pointer to the GPS directory
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0,
            0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38,
            0, 0, 0, 0,
            0, 2, // GPS: latitude reference, latitude
            0, 1, 0, 2, 0, 0, 0, 2, (byte)'N', 0, 0, 0,
            0, 2, 0, 5, 0, 0, 0, 3, 0, 0, 0, 68,
            0, 0, 0, 0,
            0, 0, 0, 51, 0, 0, 0, 1, 0, 0, 0, 30, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0, 1,
        ];
        byte[] segment = [.. "Exif\0\0"u8, .. tiff];
        var length = segment.Length + 2;
        return [jpeg[0], jpeg[1], 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. segment, .. jpeg.AsSpan(2)];
    }

    /// <summary>An empty ZIP archive's end record: enough for a reader of ZIP to accept the whole file.</summary>
    public static byte[] ZipEnd { get; } = [(byte)'P', (byte)'K', 5, 6, .. new byte[18]];

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Uploads one file.</summary>
    public static async Task<HttpResponseMessage> UploadAsync(this HttpClient api, byte[] file, string name, string? purpose = null)
    {
        using var form = new MultipartFormDataContent();
        if (purpose is not null) form.Add(new StringContent(purpose), "purpose");
        form.Add(Part(file), "file", name);
        return await api.PostAsync("/api/v1/media/upload", form);
    }

    /// <summary>Uploads several files in one form.</summary>
    public static async Task<HttpResponseMessage> UploadManyAsync(this HttpClient api, params (byte[] File, string Name)[] files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (file, name) in files) form.Add(Part(file), "file", name);
        return await api.PostAsync("/api/v1/media/bulk-upload", form);
    }

    // The declared type is a lie on purpose: it must not matter.
    static ByteArrayContent Part(byte[] file) => new(file) { Headers = { ContentType = new MediaTypeHeaderValue("image/gif") } };

    static byte[] Chunk(string type, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data];
        var chunk = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        named.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + named.Length), Crc32(named));
        return chunk;
    }

    static uint Crc32(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
