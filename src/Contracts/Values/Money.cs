using System.Text.Json.Serialization;

namespace EstoSpaces.Contracts;

/// <summary>An amount in the minor unit of its ISO 4217 currency (cents for EUR). On the wire: <c>{"amount":103101,"currency":"EUR"}</c>.</summary>
public readonly record struct Money([property: JsonPropertyName("amount")] long AmountMinor, string Currency)
{
    public static Money operator +(Money a, Money b) => new(checked(a.AmountMinor + b.AmountMinor), Same(a, b));
    public static Money operator -(Money a, Money b) => new(checked(a.AmountMinor - b.AmountMinor), Same(a, b));
    public static Money operator -(Money a) => new(-a.AmountMinor, a.Currency);

    public static Money Zero(string currency) => new(0, currency);

    /// <summary>A share in basis points (1 % is 100), rounded half away from zero to the minor unit.</summary>
    public static long Share(long amountMinor, int basisPoints)
    {
        // Prices of stays fit into plain integers; searches compute many of them.
        if (Int128.Abs((Int128)amountMinor * basisPoints) > long.MaxValue - 10_000)
            return (long)decimal.Round((decimal)amountMinor * basisPoints / 10_000m, 0, MidpointRounding.AwayFromZero);
        var product = amountMinor * basisPoints;
        return (product + (product < 0 ? -5_000 : 5_000)) / 10_000;
    }

    /// <summary>amount × part / whole, rounded half away from zero to the minor unit.</summary>
    public static long Portion(long amountMinor, long part, long whole) =>
        whole == 0 ? 0 : (long)decimal.Round((decimal)amountMinor * part / whole, 0, MidpointRounding.AwayFromZero);

    private static string Same(Money a, Money b) =>
        a.Currency == b.Currency ? a.Currency : throw new InvalidOperationException($"{a.Currency} and {b.Currency} can't be added");
}

/// <summary>Currencies that listings may be priced in, with the number of decimal places of each (ISO 4217).</summary>
public static class Currencies
{
    private static readonly Dictionary<string, int> Places = new(StringComparer.Ordinal)
    {
        ["EUR"] = 2, ["USD"] = 2, ["GBP"] = 2, ["CHF"] = 2, ["CAD"] = 2, ["AUD"] = 2, ["NZD"] = 2, ["DKK"] = 2, ["SEK"] = 2,
        ["NOK"] = 2, ["CZK"] = 2, ["PLN"] = 2, ["HUF"] = 2, ["RON"] = 2, ["TRY"] = 2, ["MAD"] = 2, ["ZAR"] = 2, ["BRL"] = 2,
        ["MXN"] = 2, ["ARS"] = 2, ["THB"] = 2, ["SGD"] = 2, ["INR"] = 2, ["AED"] = 2, ["JPY"] = 0, ["KRW"] = 0, ["ISK"] = 0,
    };

    public static bool IsKnown(string? code) => code is not null && Places.ContainsKey(code);
    public static int DecimalPlaces(string code) => Places.TryGetValue(code, out var places) ? places : 2;
    public static IReadOnlyCollection<string> All => Places.Keys;
}
