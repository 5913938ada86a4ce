using System.Globalization;
using System.Text;

namespace EstoSpaces.Search.Places;

/// <summary>Text as it is compared: lower case, without diacritics, letters and digits only.</summary>
internal static class Words
{
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) continue;
            if (char.IsLetterOrDigit(c)) folded.Append(char.ToLowerInvariant(c));
            else if (folded.Length > 0 && folded[^1] != ' ' && c is not '\'' and not '’') folded.Append(' ');
        }
        return folded.ToString().TrimEnd().Replace("ß", "ss", StringComparison.Ordinal).Replace("ø", "o", StringComparison.Ordinal).Replace("ł", "l", StringComparison.Ordinal).Replace("æ", "ae", StringComparison.Ordinal);
    }

    public static string[] Of(string text) => Fold(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether typed is the beginning of word with at most so many slips (optimal string alignment: insert, delete, replace, swap neighbours).</summary>
    public static bool BeginsLike(string word, string typed, int slips)
    {
        if (word.StartsWith(typed, StringComparison.Ordinal)) return true;
        if (slips == 0 || typed.Length < 3 || word.Length + slips < typed.Length) return false;
        var width = Math.Min(word.Length, typed.Length + slips);
        Span<int> before = stackalloc int[width + 1], row = stackalloc int[width + 1], next = stackalloc int[width + 1];
        for (var j = 0; j <= width; j++) row[j] = j;
        for (var i = 1; i <= typed.Length; i++)
        {
            next[0] = i;
            var least = i;
            for (var j = 1; j <= width; j++)
            {
                var cost = typed[i - 1] == word[j - 1] ? 0 : 1;
                next[j] = Math.Min(Math.Min(next[j - 1], row[j]) + 1, row[j - 1] + cost);
                if (i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1]) next[j] = Math.Min(next[j], before[j - 2] + 1);
                least = Math.Min(least, next[j]);
            }
            if (least > slips) return false;
            row.CopyTo(before);
            next.CopyTo(row);
        }
        for (var j = Math.Max(0, typed.Length - slips); j <= width; j++)
            if (row[j] <= slips) return true;
        return false;
    }

    /// <summary>How many slips are forgiven in so long a text.</summary>
    public static int SlipsFor(int length) => length switch { < 4 => 0, < 8 => 1, _ => 2 };
}
