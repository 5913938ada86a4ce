using System.Buffers.Binary;

namespace EstoSpaces.Media.Images;

/// <summary>Walks the markers of a JPEG (ITU-T T.81, annex B) to its end-of-image marker, through every scan of a progressive one.</summary>
static class JpegLayout
{
    const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA, ApplicationOne = 0xE1;

    public static PictureLayout Read(ReadOnlySpan<byte> file)
    {
        long width = 0, height = 0;
        var turned = false;
        var at = 2;
        while (at + 2 <= file.Length)
        {
            if (file[at] != 0xFF) return new(width, height, at, Whole: false);
            var marker = file[at + 1];
            if (marker == 0xFF) { at++; continue; }
            at += 2;
            if (marker == EndOfImage) return turned ? new(height, width, at, Whole: true) : new(width, height, at, Whole: true);
            if (marker is 0x01 or StartOfImage or (>= 0xD0 and <= 0xD7)) continue;
            if (at + 2 > file.Length) break;

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (length < 2 || at + length > file.Length) break;
            if (IsFrameHeader(marker) && length >= 7)
            {
                height = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 3)..]);
                width = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]);
            }
            if (marker == ApplicationOne) turned |= IsTurned(file.Slice(at + 2, length - 2));
            at += length;
            if (marker == StartOfScan) at = SkipScan(file, at);
        }
        return new(width, height, file.Length, Whole: false);
    }

    // SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC), which share the range.
    static bool IsFrameHeader(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    /// <summary>Whether EXIF (CIPA DC-008) says that the camera was held upright: orientations 5 to 8 swap width and height.</summary>
    static bool IsTurned(ReadOnlySpan<byte> segment)
    {
        const int entryBytes = 12, orientation = 0x0112;
        if (segment.Length < 16 || !segment.StartsWith("Exif\0\0"u8)) return false;
        var tiff = segment[6..];
        var big = tiff.StartsWith("MM"u8);
        var directory = big ? BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]);
        if (directory > tiff.Length - 2) return false;
        var entries = Short(tiff, (int)directory, big);
        for (var i = 0; i < entries; i++)
        {
            var at = (int)directory + 2 + (i * entryBytes);
            if (at + entryBytes > tiff.Length) return false;
            if (Short(tiff, at, big) == orientation) return Short(tiff, at + 8, big) is >= 5 and <= 8;
        }
        return false;
    }

    static ushort Short(ReadOnlySpan<byte> tiff, int at, bool big) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(tiff[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(tiff[at..]);

    /// <summary>Entropy-coded data ends at the first FF that is neither stuffed (FF 00) nor a restart marker.</summary>
    static int SkipScan(ReadOnlySpan<byte> file, int at)
    {
        while (true)
        {
            var next = file[at..].IndexOf((byte)0xFF);
            if (next < 0 || at + next + 1 >= file.Length) return file.Length;
            at += next;
            if (file[at + 1] is not 0x00 and not (>= 0xD0 and <= 0xD7)) return at;
            at += 2;
        }
    }
}
