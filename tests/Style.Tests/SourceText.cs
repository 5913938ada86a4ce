using System.Text;

namespace EstoSpaces.Style.Tests;

/// <summary>C# with everything that is not code blanked out, line by line, so that a rule about calls is not misled by a comment or a message.</summary>
internal static class SourceText
{
    /// <summary>Blanks comments; keeps strings.</summary>
    public static string WithoutComments(string source) => Blank(source, strings: false);

    /// <summary>Blanks comments and the insides of strings, with what is interpolated in them.</summary>
    public static string CodeOnly(string source) => Blank(source, strings: true);

    private static string Blank(string source, bool strings)
    {
        var result = new StringBuilder(source);
        for (var at = 0; at < source.Length;)
        {
            var (length, isString) = Token(source, at);
            if (length == 0)
            {
                at++;
                continue;
            }
            if (!isString || strings)
                for (var i = at; i < at + length; i++)
                    if (result[i] is not '\n') result[i] = isString && (i == at || i == at + length - 1) ? '"' : ' ';
            at += length;
        }
        return result.ToString();
    }

    /// <summary>The length of the comment, string or character that starts here; 0 when none does.</summary>
    private static (int Length, bool IsString) Token(string s, int at)
    {
        if (StartsWith(s, at, "//")) return (EndOf(s, at, "\n") - at, false);
        if (StartsWith(s, at, "/*")) return (EndOf(s, at + 2, "*/") + 2 - at, false);
        if (s[at] == '\'') return (Escaped(s, at, '\'') - at, true);

        var quote = at;
        while (quote < s.Length && s[quote] is '$' or '@') quote++;
        if (quote >= s.Length || s[quote] != '"') return (0, false);
        var quotes = 0;
        while (quote + quotes < s.Length && s[quote + quotes] == '"') quotes++;
        if (quotes >= 3) return (EndOf(s, quote + quotes, new string('"', quotes)) + quotes - at, true);
        if (s[at..quote].Contains('@')) return (Verbatim(s, quote) - at, true);
        return ((s[at..quote].Contains('$') ? Interpolated(s, quote) : Escaped(s, quote, '"')) - at, true);
    }

    private static bool StartsWith(string s, int at, string start) => string.CompareOrdinal(s, at, start, 0, start.Length) == 0;

    private static int EndOf(string s, int from, string end) => s.IndexOf(end, Math.Min(from, s.Length), StringComparison.Ordinal) is var found and >= 0 ? found : s.Length - end.Length;

    private static int Escaped(string s, int quote, char end)
    {
        for (var i = quote + 1; i < s.Length && s[i] != '\n'; i++)
        {
            if (s[i] == '\\') i++;
            else if (s[i] == end) return i + 1;
        }
        return quote + 1;
    }

    private static int Verbatim(string s, int quote)
    {
        for (var i = quote + 1; i < s.Length; i++)
        {
            if (s[i] != '"') continue;
            if (i + 1 < s.Length && s[i + 1] == '"') i++;
            else return i + 1;
        }
        return s.Length;
    }

    /// <summary>$"…": a quote inside braces belongs to a string of its own.</summary>
    private static int Interpolated(string s, int quote)
    {
        var depth = 0;
        for (var i = quote + 1; i < s.Length; i++)
        {
            if (s[i] == '\\') i++;
            else if (depth == 0 && StartsWith(s, i, "{{") || StartsWith(s, i, "}}") && depth != 1) i++;
            else if (s[i] == '{') depth++;
            else if (s[i] == '}') depth--;
            else if (s[i] == '"' && depth == 0) return i + 1;
            else if (depth > 0 && Token(s, i) is { Length: > 0 } inner) i += inner.Length - 1;
        }
        return s.Length;
    }
}
