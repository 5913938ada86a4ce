using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Outcomes;

namespace EstoSpaces.Users;

/// <summary>The editable part of a profile. A field that is left out stays as it is; null or an empty text clears it.</summary>
public sealed class ProfileChange : IChecked
{
    private readonly HashSet<string> given = new(StringComparer.Ordinal);

    public string? FirstName { get; init { field = value; given.Add("first_name"); } }
    public string? LastName { get; init { field = value; given.Add("last_name"); } }
    public string? DisplayName { get; init { field = value; given.Add("display_name"); } }

    /// <summary>International, e.g. +33 6 12 34 56 78.</summary>
    public string? Phone { get; init { field = value; given.Add("phone"); } }

    public string? Bio { get; init { field = value; given.Add("bio"); } }
    public DateOnly? DateOfBirth { get; init { field = value; given.Add("date_of_birth"); } }
    public string? Language { get; init { field = value; given.Add("language"); } }
    public string? Country { get; init { field = value; given.Add("country"); } }
    public MediaId? AvatarId { get; init { field = value; given.Add("avatar_id"); } }

    public bool Has(string field) => given.Contains(field);

    public IEnumerable<Refusal?> Check()
    {
        yield return Texts.Check(FirstName, "first_name", 0, 100);
        yield return Texts.Check(LastName, "last_name", 0, 100);
        yield return Texts.Check(DisplayName, "display_name", 0, 60);
        yield return Texts.Check(Bio, "bio", 0, 2000, lines: true);
        yield return Checks.That(string.IsNullOrWhiteSpace(Phone) || PhoneNumber.Normalize(Phone) is not null, "invalid_phone", "Write the number in international form, e.g. +33 6 12 34 56 78.", "phone");
        yield return Checks.That(Language is null || Language.Length is >= 2 and <= 35 && Language.All(c => char.IsAsciiLetterOrDigit(c) || c is '-'), "invalid_language", "language must be a language tag such as en or fr.", "language");
        yield return Texts.Country(Country, "country");
        yield return Checks.That(DateOfBirth is null || DateOfBirth.Value.Year >= 1900, "invalid_date_of_birth", "This is not somebody's date of birth.", "date_of_birth");
    }

    /// <summary>Members are adults.</summary>
    public Refusal? CheckAge(DateTimeOffset now) => DateOfBirth is { } born && born > DateOnly.FromDateTime(now.UtcDateTime).AddYears(-18)
        ? Refusal.Invalid("too_young", "Members of EstoSpaces are 18 or older.", "date_of_birth") : null;
}

/// <summary>Numbers in E.164 form.</summary>
public static class PhoneNumber
{
    public static string? Normalize(string? phone)
    {
        if (phone is null || phone.Length > 40) return null;
        var number = string.Concat(phone.Trim().Where(c => c is not (' ' or '-' or '.' or '(' or ')' or '/' or '\u00a0')));
        if (number.StartsWith("00", StringComparison.Ordinal)) number = "+" + number[2..];
        return number.Length is >= 8 and <= 16 && number[0] == '+' && number[1] != '0' && number.Skip(1).All(char.IsAsciiDigit) ? number : null;
    }
}

/// <summary>Checks of texts that people write.</summary>
public static class Texts
{
    private static readonly HashSet<string> Countries = [.. CultureInfo.GetCultures(CultureTypes.SpecificCultures).Select(c => new RegionInfo(c.Name).TwoLetterISORegionName).Where(c => c.Length == 2 && c.All(char.IsAsciiLetterUpper))];

    /// <summary>Length after trimming, and no control characters (line breaks only where lines are meant).</summary>
    public static Refusal? Check(string? text, string param, int min, int max, bool lines = false)
    {
        if (text is not null && text.Any(c => char.IsControl(c) && !(lines && c is '\n' or '\r' or '\t'))) return Refusal.Invalid("invalid_text", $"{param} contains a character that can't be stored.", param);
        return Checks.Length(text, param, min, max);
    }

    /// <summary>ISO 3166-1, two letters.</summary>
    public static Refusal? Country(string? code, string param) =>
        string.IsNullOrWhiteSpace(code) || Countries.Contains(code.Trim().ToUpperInvariant()) ? null : Refusal.Invalid("invalid_country", $"{param} must be a country's two letters, e.g. FR.", param);
}
