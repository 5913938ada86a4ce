using System.Buffers.Binary;

namespace EstoSpaces.Media.Images;

/// <summary>Walks the markers of a JPEG (ITU-T T.81, annex B) to its end-of-image marker, through every scan of a progressive one.</summary>
static class JpegLayout
{
    const byte StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA;

    public static PictureLayout Read(ReadOnlySpan<byte> file)
    {
        long width = 0, height = 0;
        var at = 2;
        while (at + 2 <= file.Length)
        {
            if (file[at] != 0xFF) return new(width, height, at, Whole: false);
            var marker = file[at + 1];
            if (marker == 0xFF) { at++; continue; }
            at += 2;
            if (marker == EndOfImage) return new(width, height, at, Whole: true);
            if (marker is 0x01 or StartOfImage or (>= 0xD0 and <= 0xD7)) continue;
            if (at + 2 > file.Length) break;

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (length < 2 || at + length > file.Length) break;
            if (IsFrameHeader(marker) && length >= 7)
            {
                height = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 3)..]);
                width = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]);
            }
            at += length;
            if (marker == StartOfScan) at = SkipScan(file, at);
        }
        return new(width, height, file.Length, Whole: false);
    }

    // SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC), which share the range.
    static bool IsFrameHeader(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

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
