using EstoSpaces.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EstoSpaces.Auth;

/// <summary>The language that an account is written to in: asked for, else the browser's, else English.</summary>
public static class Language
{
    private static readonly string[] Spoken = ["en", "fr"];

    public static Refusal? Check(string? language) =>
        language is null || language.Length is >= 2 and <= 35 && language.All(c => char.IsAsciiLetterOrDigit(c) || c is '-') ? null
        : Refusal.Invalid("invalid_language", "language must be a language tag such as en or fr.", "language");

    public static string Choose(string? asked, HttpContext http)
    {
        if (Primary(asked) is { } chosen) return chosen;
        var accepted = http.Request.Headers.AcceptLanguage;
        if (StringValues.IsNullOrEmpty(accepted) || !StringWithQualityHeaderValue.TryParseList(accepted, out var tags)) return Spoken[0];
        return tags.OrderByDescending(t => t.Quality ?? 1).Select(t => Primary(t.Value.Value)).FirstOrDefault(l => l is not null) ?? Spoken[0];
    }

    private static string? Primary(string? tag) => Spoken.FirstOrDefault(l => tag is not null && (tag.Equals(l, StringComparison.OrdinalIgnoreCase) || tag.StartsWith(l + "-", StringComparison.OrdinalIgnoreCase)));
}
