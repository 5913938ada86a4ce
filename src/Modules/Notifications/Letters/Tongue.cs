using System.Globalization;
using EstoSpaces.Contracts;

namespace EstoSpaces.Notifications;

/// <summary>A language that letters are written in: chooses the words, and writes money, days and hours as its readers do.</summary>
public sealed class Tongue
{
    public static readonly Tongue English = new("en", "en-GB");
    public static readonly Tongue French = new("fr", "fr-FR");
    private static readonly Dictionary<string, string> Signs = new(StringComparer.Ordinal) { ["EUR"] = "€", ["USD"] = "$", ["GBP"] = "£", ["JPY"] = "¥", ["INR"] = "₹", ["BRL"] = "R$", ["KRW"] = "₩" };
    private readonly CultureInfo culture;

    private Tongue(string code, string culture) => (Code, this.culture) = (code, CultureInfo.GetCultureInfo(culture));

    public string Code { get; }

    public static Tongue For(string? language) => language is not null && language.StartsWith("fr", StringComparison.OrdinalIgnoreCase) ? French : English;

    public string Say(string english, string french) => this == French ? french : english;

    public string Hello(string? name) => string.IsNullOrWhiteSpace(name) || name == "Guest" ? Say("Hello,", "Bonjour,") : Say($"Hello {name},", $"Bonjour {name},");

    /// <summary>€1,031.01 and 1 031,01 €.</summary>
    public string Money(long amountMinor, string currency)
    {
        var places = Currencies.DecimalPlaces(currency);
        var number = (Math.Abs(amountMinor) / (decimal)Math.Pow(10, places)).ToString("N" + places, culture);
        var sign = amountMinor < 0 ? "−" : "";
        if (this == French) return $"{sign}{number}\u00a0{Signs.GetValueOrDefault(currency, currency)}";
        return Signs.TryGetValue(currency, out var symbol) ? $"{sign}{symbol}{number}" : $"{sign}{currency}\u00a0{number}";
    }

    public string Money(Money money) => Money(money.AmountMinor, money.Currency);

    /// <summary>Friday 4 September 2026; vendredi 4 septembre 2026.</summary>
    public string Day(DateOnly day) => day.ToString("dddd d MMMM yyyy", culture);

    /// <summary>The hour at the place that is meant, e.g. 28 August 2026, 15:00.</summary>
    public string Moment(DateTimeOffset moment, string timeZone)
    {
        var local = TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? TimeZoneInfo.ConvertTime(moment, zone) : moment.ToUniversalTime();
        return local.ToString(Say("d MMMM yyyy, HH:mm", "d MMMM yyyy 'à' HH:mm"), culture) + (zone is null ? " UTC" : "");
    }

    public string Hour(DateTimeOffset moment, string timeZone) =>
        (TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone) ? TimeZoneInfo.ConvertTime(moment, zone) : moment.ToUniversalTime()).ToString("HH:mm", culture);

    public string Nights(int count) => Say(count == 1 ? "1 night" : $"{count} nights", count == 1 ? "1 nuit" : $"{count} nuits");

    /// <summary>3 adults, 1 child, 1 pet.</summary>
    public string Party(GuestParty party)
    {
        var parts = new List<string> { Count(party.Adults, "adult", "adults", "adulte", "adultes") };
        if (party.Children > 0) parts.Add(Count(party.Children, "child", "children", "enfant", "enfants"));
        if (party.Infants > 0) parts.Add(Count(party.Infants, "infant", "infants", "bébé", "bébés"));
        if (party.Pets > 0) parts.Add(Count(party.Pets, "pet", "pets", "animal", "animaux"));
        return string.Join(", ", parts);
    }

    private string Count(int n, string one, string many, string un, string plusieurs) => $"{n} {(n == 1 ? Say(one, un) : Say(many, plusieurs))}";
}
