namespace EstoSpaces.Media.Images;

/// <summary>
/// Recognises polyglots: files that are a picture and something executable or unpackable at once. What phones themselves append to a
/// picture (a second JPEG with the depth or gain map, the film of a motion photo) stays allowed; renditions are encoded anew and carry none of it.
/// </summary>
static class ForeignContent
{
    const int ZipEndRecordBytes = 22;
    const int PdfHeaderWithin = 1024;

    public static bool IsIn(ReadOnlySpan<byte> file, int pictureEnd)
    {
        // Readers of PDF accept its header anywhere in the first kilobyte, those of ZIP look for the end record from the back.
        if (file[..Math.Min(file.Length, PdfHeaderWithin)].IndexOf("%PDF-"u8) >= 0) return true;
        if (HasZipEnd(file)) return true;
        return pictureEnd < file.Length && HasMarkupOrProgram(file[pictureEnd..]);
    }

    static bool HasZipEnd(ReadOnlySpan<byte> file)
    {
        var tail = file[Math.Max(0, file.Length - ushort.MaxValue - ZipEndRecordBytes)..];
        for (var at = tail.LastIndexOf("PK\u0005\u0006"u8); at >= 0; at = tail[..at].LastIndexOf("PK\u0005\u0006"u8))
        {
            if (at + ZipEndRecordBytes > tail.Length) continue;
            var comment = tail[at + 20] | (tail[at + 21] << 8);
            if (at + ZipEndRecordBytes + comment <= tail.Length) return true;
        }
        return false;
    }

    static bool HasMarkupOrProgram(ReadOnlySpan<byte> rest)
    {
        var trimmed = rest.TrimStart((ReadOnlySpan<byte>)[0, (byte)' ', (byte)'\r', (byte)'\n', (byte)'\t']);
        if (trimmed.StartsWith("MZ"u8) || trimmed.StartsWith("\u007fELF"u8) || trimmed.StartsWith("#!"u8)
            || trimmed.StartsWith("Rar!"u8) || trimmed.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xBC, 0xAF]) || trimmed.StartsWith("PK\u0003\u0004"u8)) return true;

        ReadOnlySpan<byte> lower = ToLowerAscii(rest);
        return lower.IndexOf("<?php"u8) >= 0 || lower.IndexOf("<script"u8) >= 0 || lower.IndexOf("<html"u8) >= 0
            || lower.IndexOf("<svg"u8) >= 0 || lower.IndexOf("<!doctype"u8) >= 0;
    }

    static byte[] ToLowerAscii(ReadOnlySpan<byte> text)
    {
        var lower = text.ToArray();
        for (var i = 0; i < lower.Length; i++)
            if (lower[i] is >= (byte)'A' and <= (byte)'Z') lower[i] += 32;
        return lower;
    }
}
