using System.Globalization;
using System.Text;
using EstoSpaces.Contracts;

namespace EstoSpaces.Auth;

/// <summary>Mail addresses: what one looks like and when two are the same.</summary>
public static class Addresses
{
    /// <summary>The longest path that SMTP carries (RFC 5321).</summary>
    private const int MaxLength = 254;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>As it is kept: trimmed and composed, in the owner's own upper and lower case.</summary>
    public static string Clean(string email) => email.Trim().Normalize(NormalizationForm.FormC);

    /// <summary>As it is compared.</summary>
    public static string Key(string email) => Clean(email).ToLowerInvariant();

    /// <summary>Catches typing errors and hostile input; whether mail arrives only a mail can tell.</summary>
    public static Refusal? Check(string? email, string param = "email")
    {
        if (string.IsNullOrWhiteSpace(email)) return Refusal.Invalid("field_required", $"{param} is needed.", param);
        return LooksRight(email.Trim()) ? null : Refusal.Invalid("invalid_email", "This is not a mail address.", param);
    }

    private static bool LooksRight(string email)
    {
        var at = email.LastIndexOf('@');
        if (email.Length > MaxLength || at < 1 || at > 64 || at == email.Length - 1) return false;
        if (email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned || c is '<' or '>' or '(' or ')' or '[' or ']' or '"' or ',' or ';' or ':' or '\\')) return false;
        var local = email[..at];
        if (local.Contains('@') || local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal)) return false;
        try { return Idn.GetAscii(email[(at + 1)..]) is { Length: > 3 } domain && domain.Contains('.') && !domain.EndsWith('.'); }
        catch (ArgumentException) { return false; } // IdnMapping's word for "no domain"
    }
}
