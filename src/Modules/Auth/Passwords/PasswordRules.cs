using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Auth;

/// <summary>
/// What a password must be, after NIST SP 800-63B: long enough, not one that everybody tries, nothing about letters and digits. In production 8 characters or more and
/// not on the embedded list (the most used ones of published leaks); in development 7, so that a password such as "test123" can be tried by hand.
/// </summary>
public sealed class PasswordRules(Settings settings)
{
    private const int MaxLength = 256;
    private static readonly Lazy<HashSet<string>> Common = new(ReadList);

    public Refusal? Check(string? password, string email, string param = "password")
    {
        if (string.IsNullOrEmpty(password)) return Refusal.Invalid("field_required", $"{param} is needed.", param);
        var (least, length) = (settings.IsProduction ? 8 : 7, password.EnumerateRunes().Count());
        if (length < least) return Refusal.Invalid("password_too_short", $"Use {least} characters or more.", param);
        if (length > MaxLength) return Refusal.Invalid("password_too_long", $"Use {MaxLength} characters at most.", param);
        if (!settings.IsProduction) return null;
        var lower = password.ToLowerInvariant();
        var guessable = Common.Value.Contains(lower) || lower == Addresses.Key(email) || lower.Contains("estospaces", StringComparison.Ordinal) || lower.Distinct().Count() < 3;
        return guessable ? Refusal.Invalid("password_too_common", "Many people use this password, so it is tried first. Choose another one.", param) : null;
    }

    private static HashSet<string> ReadList()
    {
        using var reader = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")!);
        var list = new HashSet<string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
            if (line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal)) list.Add(line);
        return list;
    }
}
