using EstoSpaces.Media.Images;

namespace EstoSpaces.Media;

/// <summary>A rendition as the database knows it: its name in the store, its width on the ladder, its real size.</summary>
public sealed record RenditionRow(string Name, int Step, string ContentType, int Width, int Height, long Bytes);

/// <summary>Where a content's objects lie.</summary>
public static class ContentKeys
{
    public const string Originals = "originals/";

    /// <summary>The upload as it came, with whatever a camera wrote into it. Kept only until the renditions are made, never served.</summary>
    public static string Original(Guid content) => $"{Originals}{content}";

    /// <summary>The folder of all renditions of a content.</summary>
    public static string Folder(Guid content, bool isPublic) => $"{(isPublic ? "public" : "private")}/{content}/";

    public static string Rendition(Guid content, bool isPublic, string name) => Folder(content, isPublic) + name;
}

/// <summary>Which rendition answers a name such as <c>640.webp</c>, <c>640.jpg</c> or plain <c>640</c>.</summary>
public static class RenditionChoice
{
    /// <summary>
    /// The rendition for a width of the ladder. A picture smaller than that width has no such rendition: its largest one answers, so that pages may
    /// write the same addresses for every picture. Without a suffix the format follows what the reader accepts. Null when the name means nothing.
    /// </summary>
    public static RenditionRow? Find(IReadOnlyList<RenditionRow> renditions, string name, bool acceptsWebP)
    {
        if (renditions.FirstOrDefault(r => r.Name == name) is { } exact) return exact;
        var suffix = Path.GetExtension(name);
        var contentType = suffix switch { ".webp" => "image/webp", ".jpg" => "image/jpeg", "" => acceptsWebP ? "image/webp" : "image/jpeg", _ => null };
        if (contentType is null || !int.TryParse(Path.GetFileNameWithoutExtension(name), out var step) || !RenditionNames.Ladder.Contains(step)) return null;
        return renditions.Where(r => r.ContentType == contentType && r.Step <= step).MaxBy(r => r.Step);
    }

    /// <summary>Whether a name could be a rendition of some picture.</summary>
    public static bool IsLadderName(string name) =>
        Path.GetExtension(name) is "" or ".webp" or ".jpg" && int.TryParse(Path.GetFileNameWithoutExtension(name), out var step) && RenditionNames.Ladder.Contains(step);
}
