using System.Buffers.Binary;

namespace EstoSpaces.Media.Images;

/// <summary>
/// Proves of an encoded rendition that it carries pixels and nothing else. Every rendition is checked before it leaves the worker:
/// where somebody lives must not depend on what a version of an encoder does with a flag.
/// </summary>
public static class MetadataProof
{
    /// <summary>Returns the first piece of metadata found (its marker or chunk name), or null when there is none.</summary>
    public static string? FindIn(ReadOnlySpan<byte> file) => PictureInspection.Sniff(file) switch
    {
        PictureKind.Jpeg => FindInJpeg(file),
        PictureKind.WebP => FindInWebP(file),
        _ => "not a rendition's format",
    };

    // APP0 (JFIF) and APP14 (Adobe: how colours are coded) are needed to decode; every other application segment and comments are metadata.
    static string? FindInJpeg(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at + 4 <= file.Length;)
        {
            if (file[at] != 0xFF) return "unreadable segment";
            var marker = file[at + 1];
            if (marker == 0xDA) break;
            if (marker is 0xFE or (>= 0xE1 and <= 0xEF and not 0xEE)) return $"segment {marker:X2}";
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }
        var layout = JpegLayout.Read(file);
        return layout.Whole && layout.End == file.Length ? null : "data after the picture";
    }

    static string? FindInWebP(ReadOnlySpan<byte> file)
    {
        for (long at = 12; at + 8 <= file.Length;)
        {
            var name = file.Slice((int)at, 4);
            if (!name.SequenceEqual("VP8 "u8) && !name.SequenceEqual("VP8L"u8) && !name.SequenceEqual("VP8X"u8) && !name.SequenceEqual("ALPH"u8))
                return $"chunk {System.Text.Encoding.ASCII.GetString(name)}";
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 4)..]);
            at += 8 + length + (length & 1);
        }
        return 8L + BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) == file.Length ? null : "data after the picture";
    }
}
