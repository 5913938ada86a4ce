using System.Globalization;
using System.Text;

namespace EstoSpaces.Media;

/// <summary>Names that people's computers give to files. They are shown again and never used as paths.</summary>
public static class FileNames
{
    const int MaxLength = 120;
    const string Nameless = "picture";

    /// <summary>The last segment of whatever was sent, without control, format and path characters, short, in normal form C.</summary>
    public static string Clean(string? sent)
    {
        var name = (sent ?? "").Split('/', '\\')[^1];
        var kept = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                && rune.Value is not ('"' or '<' or '>' or ':' or '|' or '?' or '*' or 0xFFFD)) kept.Append(rune.ToString());
        name = kept.ToString().Normalize().Trim(' ', '.');
        if (name.Length > MaxLength)
        {
            var extension = Path.GetExtension(name) is { Length: <= 10 } e ? e : "";
            var length = MaxLength - extension.Length;
            if (char.IsHighSurrogate(name[length - 1])) length--;
            name = name[..length].TrimEnd() + extension;
        }
        return name.Length == 0 ? Nameless : name;
    }
}
