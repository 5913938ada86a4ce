namespace EstoSpaces.Media.Images;

/// <summary>Why a file is not accepted as a picture: a stable code for programs, a sentence for people.</summary>
public sealed record PictureProblem(string Code, string Message)
{
    public static readonly PictureProblem Empty = new("media_file_empty", "The file is empty.");

    public static readonly PictureProblem TooLarge = new("media_file_too_large",
        $"The file is larger than {PictureLimits.MaxFileBytes / (1024 * 1024)} MB. Save it a little smaller and try again.");

    public static readonly PictureProblem Unsupported = new("picture_format_unsupported",
        "This is not a picture that we can read. Use JPEG, PNG, WebP or AVIF.");

    public static readonly PictureProblem HeicUnsupported = new("picture_format_unsupported",
        "HEIC pictures cannot be read here. Save the picture as JPEG and try again.");

    public static readonly PictureProblem WrongName = new("media_file_name_refused",
        "The file's name does not end like a picture's. Rename it to .jpg, .png, .webp or .avif if it is one.");

    public static readonly PictureProblem Damaged = new("picture_damaged",
        "The picture is damaged or incomplete. Export it again, or choose another one.");

    public static readonly PictureProblem ForeignContent = new("picture_has_foreign_content",
        "The file holds something else besides a picture. Export it again from a picture program.");

    public static readonly PictureProblem TooSmall = new("picture_too_small",
        $"The picture is too small: each side needs at least {PictureLimits.MinSide} pixels.");

    /// <summary>More pixels than we decode; the message carries the size that the header declares.</summary>
    public static PictureProblem TooManyPixels(long width, long height) => new("picture_too_many_pixels",
        $"The picture has {width} × {height} pixels; at most {PictureLimits.MaxPixels / 1_000_000} million and {PictureLimits.MaxSide} a side are accepted.");
}

/// <summary>What is accepted at all. Pixels are counted from the header, before a decoder sees the file.</summary>
public static class PictureLimits
{
    public const int MaxFileBytes = 25 * 1024 * 1024;
    public const long MaxPixels = 64_000_000;
    public const int MaxSide = 16_384;
    public const int MinSide = 64;

    /// <summary>Judges the size that a header declares; null when it is acceptable.</summary>
    public static PictureProblem? Judge(long width, long height)
    {
        if (width > MaxSide || height > MaxSide || width * height > MaxPixels) return PictureProblem.TooManyPixels(width, height);
        if (width < MinSide || height < MinSide) return PictureProblem.TooSmall;
        return null;
    }
}
