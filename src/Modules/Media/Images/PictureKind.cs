namespace EstoSpaces.Media.Images;

/// <summary>The picture formats that an upload may have, told from the bytes; a file's name and declared type prove nothing.</summary>
public enum PictureKind
{
    Jpeg,
    Png,
    WebP,
    Avif,
    Heic,
}

/// <summary>Names of a <see cref="PictureKind"/> outside this process.</summary>
public static class PictureKinds
{
    /// <summary>The IANA media type.</summary>
    public static string ContentType(this PictureKind kind) => kind switch
    {
        PictureKind.Jpeg => "image/jpeg",
        PictureKind.Png => "image/png",
        PictureKind.WebP => "image/webp",
        PictureKind.Avif => "image/avif",
        PictureKind.Heic => "image/heic",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>
    /// Whether a file name may stand for a picture. Any picture extension will do for any picture: browsers save WebP as
    /// <c>.jpg</c> every day, and the content decides. <c>.svg</c>, <c>.html</c>, <c>.exe</c> and the like never will; a name without extension will.
    /// </summary>
    public static bool IsPictureName(string fileName) => Path.GetExtension(fileName).ToLowerInvariant() is
        "" or ".jpg" or ".jpeg" or ".jpe" or ".jfif" or ".png" or ".webp" or ".avif" or ".heic" or ".heif";
}
