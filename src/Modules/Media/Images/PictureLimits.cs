using EstoSpaces.Contracts;

namespace EstoSpaces.Media.Images;

/// <summary>What is accepted at all. Pixels are counted from the header, before a decoder sees the file.</summary>
public static class PictureLimits
{
    public const int MaxFileBytes = 25 * 1024 * 1024;
    public const long MaxPixels = 64_000_000;
    public const int MaxSide = 16_384;
    public const int MinSide = 64;

    /// <summary>Judges the size that a header declares; null when it is acceptable.</summary>
    public static Refusal? Judge(long width, long height)
    {
        if (width > MaxSide || height > MaxSide || width * height > MaxPixels) return MediaRefusals.TooManyPixels(width, height);
        if (width < MinSide || height < MinSide) return MediaRefusals.TooSmall;
        return null;
    }
}
