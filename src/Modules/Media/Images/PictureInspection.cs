using System.Buffers.Binary;
using EstoSpaces.Contracts;

namespace EstoSpaces.Media.Images;

/// <summary>What a picture's header and structure say, before any decoder runs. Width and height are as seen: of a JPEG that EXIF turns, turned.</summary>
public sealed record PictureFacts(PictureKind Kind, int Width, int Height);

/// <summary>
/// Looks at an upload in managed code: which format it is, how many pixels it declares, whether it is whole, and whether it is
/// something else as well (a ZIP, a PDF or a web page that starts like a picture). The decoder, which is C code, only ever sees files that pass,
/// and only inside the worker process.
/// </summary>
public static class PictureInspection
{
    /// <summary>Returns the refusal, or null and the facts.</summary>
    public static Refusal? Inspect(ReadOnlySpan<byte> file, out PictureFacts? facts)
    {
        facts = null;
        if (file.IsEmpty) return MediaRefusals.Empty;
        if (file.Length > PictureLimits.MaxFileBytes) return MediaRefusals.TooLarge;
        if (Sniff(file) is not { } kind) return MediaRefusals.Unsupported;

        var layout = kind switch
        {
            PictureKind.Jpeg => JpegLayout.Read(file),
            PictureKind.Png => ReadPng(file),
            PictureKind.WebP => ReadWebP(file),
            _ => IsoMediaLayout.Read(file),
        };
        if (layout.Width > 0 && PictureLimits.Judge(layout.Width, layout.Height) is { } size) return size;
        if (ForeignContent.IsIn(file, layout.End)) return MediaRefusals.ForeignContent;
        if (!layout.Whole || layout.Width <= 0) return MediaRefusals.Damaged;

        facts = new(kind, (int)layout.Width, (int)layout.Height);
        return null;
    }

    /// <summary>The format by its signature; null for everything that is not one of ours (SVG, GIF, TIFF, BMP, PDF, text…).</summary>
    public static PictureKind? Sniff(ReadOnlySpan<byte> file)
    {
        if (file.Length < 12) return null;
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return PictureKind.Jpeg;
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return PictureKind.Png;
        if (file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8)) return PictureKind.WebP;
        return file[4..8].SequenceEqual("ftyp"u8) ? IsoMediaLayout.Brand(file) : null;
    }

    static PictureLayout ReadPng(ReadOnlySpan<byte> file)
    {
        if (file.Length < 33 || !file[12..16].SequenceEqual("IHDR"u8)) return PictureLayout.Broken;
        long width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        for (long at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
            var isEnd = file.Slice((int)at + 4, 4).SequenceEqual("IEND"u8);
            at += 12 + length;
            if (at > file.Length) break;
            if (isEnd) return new(width, height, (int)at, Whole: true);
        }
        return new(width, height, file.Length, Whole: false);
    }

    static PictureLayout ReadWebP(ReadOnlySpan<byte> file)
    {
        var end = 8L + BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        var (width, height) = WebPSize(file);
        return end > file.Length ? new(width, height, file.Length, Whole: false) : new(width, height, (int)end, Whole: true);
    }

    // RFC 9649: VP8X carries the canvas, VP8 the key frame's size in 14 bits each, VP8L in 14 bits less one.
    static (long Width, long Height) WebPSize(ReadOnlySpan<byte> file)
    {
        if (file.Length < 30) return (0, 0);
        var chunk = file[12..16];
        if (chunk.SequenceEqual("VP8X"u8)) return (1 + ReadUInt24(file[24..]), 1 + ReadUInt24(file[27..]));
        if (chunk.SequenceEqual("VP8 "u8))
            return (BinaryPrimitives.ReadUInt16LittleEndian(file[26..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) & 0x3FFF);
        if (!chunk.SequenceEqual("VP8L"u8)) return (0, 0);
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(file[21..]);
        return (1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF));
    }

    static long ReadUInt24(ReadOnlySpan<byte> at) => at[0] | (at[1] << 8) | (at[2] << 16);
}

/// <summary>Where a picture ends in its file, and whether all of it is there.</summary>
readonly record struct PictureLayout(long Width, long Height, int End, bool Whole)
{
    public static readonly PictureLayout Broken = new(0, 0, 0, Whole: false);
}
