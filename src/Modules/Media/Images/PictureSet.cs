namespace EstoSpaces.Media.Images;

/// <summary>One encoded size of a picture. <paramref name="Step"/> is the width of the ladder that it stands for; <paramref name="Width"/> may be smaller when the original is.</summary>
public sealed record Rendition(int Step, string ContentType, int Width, int Height, byte[] Data)
{
    /// <summary>The rendition's name in addresses and in the store, such as <c>640.webp</c>.</summary>
    public string Name => RenditionNames.Of(Step, ContentType);
}

/// <summary>All that is made of one upload: the size as seen (EXIF rotation applied), a tiny blurred preview as a data address, and the renditions.</summary>
public sealed record PictureSet(int Width, int Height, string Placeholder, IReadOnlyList<Rendition> Renditions);

/// <summary>The ladder of widths and how renditions are named.</summary>
public static class RenditionNames
{
    /// <summary>Widths in pixels: a card on a phone, a card on a large screen or a phone's full width, a gallery, full screen.</summary>
    public static readonly IReadOnlyList<int> Ladder = [320, 640, 1200, 2000];

    /// <summary>The steps below a picture's width, and the next one above it, which holds the picture's own size. Nothing is ever enlarged.</summary>
    public static IEnumerable<int> StepsFor(int width) => Ladder.Where((_, i) => i == 0 || Ladder[i - 1] < width);

    public static string Of(int step, string contentType) => $"{step}.{(contentType == "image/jpeg" ? "jpg" : "webp")}";
}
