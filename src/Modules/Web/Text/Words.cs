using System.Globalization;
using System.Text;

namespace EstoSpaces.Web.Text;

/// <summary>
/// The words, numbers and dates of one language. Keys are flat; <c>{name}</c> takes a parameter; a key with
/// <c>.one</c> and <c>.other</c> is a plural (French says "one" for 0 and 1, English for 1).
/// </summary>
public sealed class Words
{
    private readonly IReadOnlyDictionary<string, string> _texts;

    internal Words(string language, CultureInfo culture, IReadOnlyDictionary<string, string> texts)
    {
        Language = language;
        Culture = culture;
        _texts = texts;
    }

    /// <summary>What stands in <c>&lt;html lang&gt;</c>: <c>en</c> or <c>fr</c>.</summary>
    public string Language { get; }

    public CultureInfo Culture { get; }

    /// <summary>A text without parameters. A key that is missing shows itself, so that it is found.</summary>
    public string this[string key] => _texts.GetValueOrDefault(key, key);

    public bool Has(string key) => _texts.ContainsKey(key);

    /// <summary>The text of a key that may be missing, such as a refusal code that has no words of its own.</summary>
    public string Or(string key, string otherwise) => _texts.GetValueOrDefault(key, otherwise);

    public string Of(string key, params ReadOnlySpan<(string Name, object? Value)> values) => Fill(this[key], values);

    /// <summary>A plural: <c>T.Count("nights", 7)</c> is "7 nights". The number is <c>{count}</c>.</summary>
    public string Count(string key, long count, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var one = Language == "fr" ? count is 0 or 1 : count == 1;
        var text = Fill(this[one && Has($"{key}.one") ? $"{key}.one" : $"{key}.other"], values);
        return text.Replace("{count}", count.ToString("N0", Culture), StringComparison.Ordinal);
    }

    /// <summary>Money with its sign and always its cents, as the culture writes it: €1,031.01 or 1 031,01 €.</summary>
    public string Money(long minor, string currency) => Amount(minor, currency, Decimals(currency));

    /// <summary>Money rounded to whole units, for pins and charts where the exact amount stands elsewhere.</summary>
    public string RoundMoney(long minor, string currency) => Amount(minor, currency, 0);

    /// <summary>4 Sept 2026.</summary>
    public string Date(DateOnly date) => date.ToString(Language == "fr" ? "d MMM yyyy" : "d MMM yyyy", Culture);

    /// <summary>Fri 4 Sept.</summary>
    public string Day(DateOnly date) => date.ToString("ddd d MMM", Culture);

    /// <summary>Friday 4 September 2026.</summary>
    public string LongDate(DateOnly date) => date.ToString("dddd d MMMM yyyy", Culture);

    public string Month(DateOnly date) => Capital(date.ToString("MMMM yyyy", Culture));

    public string Time(TimeOnly time) => time.ToString(Language == "fr" ? "H 'h' mm" : "HH:mm", Culture);

    /// <summary>4 Sept 2026, 15:00, in the zone that the caller has put the moment into.</summary>
    public string Moment(DateTimeOffset moment) => $"{Date(DateOnly.FromDateTime(moment.DateTime))}, {Time(TimeOnly.FromDateTime(moment.DateTime))}";

    /// <summary>4–11 Sept 2026, with no more repeated than needed.</summary>
    public string Range(DateOnly from, DateOnly to)
    {
        var start = from.Year != to.Year ? Date(from) : from.Month != to.Month ? from.ToString("d MMM", Culture) : from.Day.ToString(Culture);
        return from.Year == to.Year && from.Month == to.Month ? $"{start}–{Date(to)}" : $"{start} – {Date(to)}";
    }

    public string Number(double number, int decimals = 0) => number.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), Culture);

    public string Percent(double share, int decimals = 0) => share.ToString("P" + decimals.ToString(CultureInfo.InvariantCulture), Culture);

    /// <summary>"Wifi, kitchen and parking".</summary>
    public string List(IReadOnlyList<string> items) => items.Count switch
    {
        0 => "",
        1 => items[0],
        _ => $"{string.Join(", ", items.Take(items.Count - 1))} {this["and"]} {items[^1]}",
    };

    /// <summary>The texts that the scripts of a page need, without their <c>js.</c> prefix.</summary>
    public IEnumerable<KeyValuePair<string, string>> ForScripts() => Under("js.");

    /// <summary>The texts whose keys begin so, without that beginning.</summary>
    public IEnumerable<KeyValuePair<string, string>> Under(string prefix) =>
        _texts.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(t => KeyValuePair.Create(t.Key[prefix.Length..], t.Value));

    internal IEnumerable<string> Keys => _texts.Keys;

    private string Amount(long minor, string currency, int shown)
    {
        var decimals = Decimals(currency);
        var value = minor / (decimal)Math.Pow(10, decimals);
        var format = (NumberFormatInfo)Culture.NumberFormat.Clone();
        format.CurrencySymbol = Sign(currency);
        format.CurrencyDecimalDigits = shown;
        if (format.CurrencySymbol.Length > 1 && format.CurrencyPositivePattern == 0) (format.CurrencyPositivePattern, format.CurrencyNegativePattern) = (2, 12);
        // The typographic minus, and no bracket whatever the culture's bookkeepers do.
        return value < 0 ? "\u2212" + (-value).ToString("C", format) : value.ToString("C", format);
    }

    private static int Decimals(string currency) => currency.ToUpperInvariant() switch { "JPY" or "KRW" or "CLP" or "VND" or "ISK" => 0, "KWD" or "BHD" or "TND" => 3, _ => 2 };

    private static string Sign(string currency) => currency.ToUpperInvariant() switch
    {
        "EUR" => "€",
        "GBP" => "£",
        "USD" => "$",
        "JPY" => "¥",
        "INR" => "₹",
        "BRL" => "R$",
        var other => other,
    };

    private string Capital(string text) => text.Length == 0 ? text : char.ToUpper(text[0], Culture) + text[1..];

    private string Fill(string text, ReadOnlySpan<(string Name, object? Value)> values)
    {
        if (values.Length == 0) return text;
        var filled = new StringBuilder(text);
        foreach (var (name, value) in values) filled.Replace("{" + name + "}", Convert.ToString(value, Culture));
        return filled.ToString();
    }
}
