namespace EstoSpaces.Gateway;

/// <summary>Counts WebSocket frames (RFC 6455, section 5.2) in a stream of bytes that comes in pieces of any size, to know where one ends and the next begins.</summary>
internal struct FrameCounter
{
    private ulong payloadLeft;
    private ulong headerSoFar;   // the bytes of length and mask that came, the last one lowest
    private int headerBytes;     // how many of the header came
    private int headerLength;    // how long it is, as far as is known

    /// <summary>Nothing of a frame has come that has not come whole.</summary>
    public readonly bool IsAtEnd => payloadLeft == 0 && headerBytes == 0;

    public void Count(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[Step(bytes)..];
    }

    /// <summary>Counts until the frame that is under way ends, and says how many bytes that took: none when none is.</summary>
    public int CountToEndOfFrame(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (taken < bytes.Length && !IsAtEnd) taken += Step(bytes[taken..]);
        return taken;
    }

    /// <summary>Takes a byte of a header, or as much of a payload as there is; never more than one frame.</summary>
    private int Step(ReadOnlySpan<byte> bytes)
    {
        if (payloadLeft > 0)
        {
            var taken = (int)Math.Min(payloadLeft, (ulong)bytes.Length);
            payloadLeft -= (ulong)taken;
            return taken;
        }
        var next = bytes[0];
        headerBytes++;
        if (headerBytes == 2)
        {
            var (isMasked, length) = ((next & 0x80) != 0, next & 0x7f);
            headerLength = 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (isMasked ? 4 : 0);
            headerSoFar = (ulong)length;
        }
        else if (headerBytes > 2 && headerBytes <= headerLength - MaskBytes()) headerSoFar = headerBytes == 3 ? next : (headerSoFar << 8) | next;
        if (headerBytes < 2 || headerBytes < headerLength) return 1;
        (payloadLeft, headerBytes, headerLength, headerSoFar) = (headerSoFar, 0, 0, 0);
        return 1;
    }

    // Lengths are 2, 4 or 10 without a mask and 6, 8 or 14 with one.
    private readonly int MaskBytes() => headerLength is 6 or 8 or 14 ? 4 : 0;
}
