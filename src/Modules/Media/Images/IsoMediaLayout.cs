using System.Buffers.Binary;

namespace EstoSpaces.Media.Images;

/// <summary>AVIF and HEIC are ISO base media files (ISO/IEC 14496-12, 23008-12): boxes of size and type; the sizes of all items stand in <c>ispe</c> boxes.</summary>
static class IsoMediaLayout
{
    /// <summary>The kind by the brands of the <c>ftyp</c> box. The general brand <c>mif1</c> says only "pictures": the compatible brands decide.</summary>
    public static PictureKind? Brand(ReadOnlySpan<byte> file)
    {
        var size = BinaryPrimitives.ReadUInt32BigEndian(file);
        if (size < 16 || size > Math.Min(file.Length, 4096)) return null;
        PictureKind? found = null;
        for (var at = 8; at + 4 <= size; at += 4)
        {
            if (at == 12) continue;   // the minor version
            var brand = file.Slice(at, 4);
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8)) return PictureKind.Avif;
            if (brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) || brand.SequenceEqual("heim"u8) || brand.SequenceEqual("heis"u8))
                found = PictureKind.Heic;
        }
        return found;
    }

    public static PictureLayout Read(ReadOnlySpan<byte> file)
    {
        long width = 0, height = 0, at = 0;
        var whole = true;
        while (at < file.Length && whole)
        {
            if (!TryBox(file, at, out var type, out var body, out var end)) { whole = false; break; }
            if (type.SequenceEqual("meta"u8)) (width, height) = LargestItem(file[(int)body..(int)end]);
            at = end;
        }
        return new(width, height, (int)Math.Min(at, file.Length), whole && width > 0);
    }

    // meta is a full box: four bytes of version and flags stand before its children.
    static (long Width, long Height) LargestItem(ReadOnlySpan<byte> meta) =>
        meta.Length < 4 ? (0, 0) : Find(meta[4..], depth: 0);

    static (long Width, long Height) Find(ReadOnlySpan<byte> boxes, int depth)
    {
        (long Width, long Height) best = (0, 0);
        for (long at = 0; at < boxes.Length && TryBox(boxes, at, out var type, out var body, out var end); at = end)
        {
            var inside = boxes[(int)body..(int)end];
            (long Width, long Height) size = (0, 0);
            if (depth < 3 && (type.SequenceEqual("iprp"u8) || type.SequenceEqual("ipco"u8))) size = Find(inside, depth + 1);
            else if (type.SequenceEqual("ispe"u8) && inside.Length >= 12)
                size = (BinaryPrimitives.ReadUInt32BigEndian(inside[4..]), BinaryPrimitives.ReadUInt32BigEndian(inside[8..]));
            if (size.Width * size.Height > best.Width * best.Height) best = size;
        }
        return best;
    }

    static bool TryBox(ReadOnlySpan<byte> file, long at, out ReadOnlySpan<byte> type, out long body, out long end)
    {
        type = default;
        body = end = 0;
        if (at + 8 > file.Length) return false;
        long size = BinaryPrimitives.ReadUInt32BigEndian(file[(int)at..]);
        type = file.Slice((int)at + 4, 4);
        body = at + 8;
        if (size == 0) { end = file.Length; return true; }
        if (size == 1)
        {
            if (at + 16 > file.Length) return false;
            var large = BinaryPrimitives.ReadUInt64BigEndian(file[((int)at + 8)..]);
            if (large > int.MaxValue) return false;
            size = (long)large;
            body = at + 16;
        }
        end = at + size;
        return end >= body && end <= file.Length;
    }
}
