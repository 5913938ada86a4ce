using System.Collections.Frozen;
using System.Globalization;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>The currencies the network settles, their minor units and the least amount that may be charged.</summary>
internal static class Currencies
{
    static readonly FrozenSet<string> WithoutDecimals =
        new[] { "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf" }.ToFrozenSet();

    static readonly FrozenSet<string> Known = new[]
    {
        "usd", "aed", "ars", "aud", "bgn", "bhd", "bif", "brl", "cad", "chf", "clp", "cny", "cop", "cvd", "czk", "djf", "dkk", "egp", "eur", "gbp", "gel", "gnf",
        "hkd", "huf", "idr", "ils", "inr", "isk", "jod", "jpy", "kes", "kmf", "krw", "kwd", "mad", "mga", "mxn", "myr", "ngn", "nok", "nzd", "omr", "pen", "php",
        "pln", "pyg", "qar", "ron", "rsd", "rwf", "sar", "sek", "sgd", "thb", "tnd", "try", "twd", "uah", "ugx", "uyu", "vnd", "vuv", "xaf", "xof", "xpf", "zar",
    }.ToFrozenSet();

    public static bool IsKnown(string currency) => Known.Contains(currency);

    public static int Decimals(string currency) =>
        WithoutDecimals.Contains(currency) ? 0 : currency is "bhd" or "jod" or "kwd" or "omr" or "tnd" ? 3 : 2;

    public static long Least(string currency) => currency switch
    {
        "gbp" => 30,
        "czk" => 1500,
        "huf" => 17500,
        "jpy" => 50,
        "mxn" => 1000,
        "pln" => 200,
        "sek" or "nok" => 300,
        "dkk" => 250,
        "thb" => 1000,
        "hkd" => 400,
        "myr" or "ron" or "aed" => 200,
        "bgn" => 100,
        _ => Decimals(currency) == 0 ? 1 : 50,
    };

    /// <summary>As Stripe words an amount in its messages: <c>€10.00</c>.</summary>
    public static string Format(long minor, string currency)
    {
        var decimals = Decimals(currency);
        var whole = minor / (decimal)Math.Pow(10, decimals);
        var number = whole.ToString("N" + decimals, CultureInfo.InvariantCulture);
        return currency switch { "usd" => "$" + number, "eur" => "€" + number, "gbp" => "£" + number, "jpy" => "¥" + number, _ => number + " " + currency.ToUpperInvariant() };
    }
}
