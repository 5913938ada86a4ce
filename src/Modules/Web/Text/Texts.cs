using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Web.Text;

/// <summary>The two languages, read once from the embedded <c>en.json</c> and <c>fr.json</c>, and which one a request wants.</summary>
public static class Texts
{
    public const string LanguageCookie = "lang";

    public static readonly Words English = Load("en", "en-GB");
    public static readonly Words French = Load("fr", "fr-FR");

    public static Words For(string? language) => language == "fr" ? French : English;

    /// <summary>The cookie decides, else the first of our languages in Accept-Language, else English.</summary>
    public static Words For(HttpContext? context)
    {
        if (context is null) return English;
        if (context.Request.Cookies.TryGetValue(LanguageCookie, out var chosen) && chosen is "en" or "fr") return For(chosen);
        foreach (var wanted in context.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(l => l.Quality ?? 1))
        {
            if (wanted.Value.StartsWith("fr", StringComparison.OrdinalIgnoreCase)) return French;
            if (wanted.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase)) return English;
        }
        return English;
    }

    private static Words Load(string language, string culture)
    {
        // en.json and guest.en.json: each part of the pages may have a file of its own.
        var assembly = typeof(Texts).Assembly;
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Text.", StringComparison.Ordinal) && n.EndsWith($".{language}.json", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            foreach (var (key, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(stream, new JsonSerializerOptions { ReadCommentHandling = JsonCommentHandling.Skip })!) texts.Add(key, text);
        }
        if (texts.Count == 0) throw new InvalidOperationException($"The texts of the language {language} are not in the program.");
        var written = (CultureInfo)CultureInfo.GetCultureInfo(culture).Clone();
        return new Words(language, CultureInfo.ReadOnly(written), texts);
    }
}
