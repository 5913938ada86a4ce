using System.Globalization;
using System.Numerics;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Web.Text;

namespace EstoSpaces.Web.Showing;

/// <summary>Amounts in wei (decimal strings) as people read them, and addresses and hashes as they compare them.</summary>
public static class Ether
{
    private const int Decimals = 18;
    private static readonly BigInteger One = BigInteger.Pow(10, Decimals);

    /// <summary>Zero for what is no amount.</summary>
    public static BigInteger Wei(string? text) => BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var wei) ? wei : BigInteger.Zero;

    /// <summary>With at most six decimals, counted from the first that is not zero: 0.34367 ETH.</summary>
    public static string Short(BigInteger wei, Words t)
    {
        var zeros = wei >= One ? 0 : Decimals - wei.ToString(CultureInfo.InvariantCulture).Length;
        var unit = BigInteger.Pow(10, Math.Max(0, Decimals - Math.Max(zeros, 0) - 6));
        return Exact((wei + unit / 2) / unit * unit, t);
    }

    public static string Short(string? wei, Words t) => Short(Wei(wei), t);

    /// <summary>To the last wei.</summary>
    public static string Exact(BigInteger wei, Words t)
    {
        var whole = BigInteger.DivRem(wei, One, out var rest);
        var part = rest.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals, '0').TrimEnd('0');
        return $"{whole.ToString("N0", t.Culture)}{(part.Length > 0 ? t.Culture.NumberFormat.NumberDecimalSeparator + part : "")}\u00a0ETH";
    }

    public static string Exact(string? wei, Words t) => Exact(Wei(wei), t);

    /// <summary>Whether the short form says less than the exact one.</summary>
    public static bool IsRounded(string? wei, Words t) => Short(wei, t) != Exact(wei, t);

    /// <summary>What an escrow's minor units are in wei, exactly.</summary>
    public static string OfMinor(EscrowView escrow, long minor, Words t) => Short(Wei(escrow.WeiPerMinor) * minor, t);

    /// <summary>Wei in the quote's currency by the escrow's frozen rate, in minor units rounded down.</summary>
    public static long ToMinor(EscrowView escrow, string? wei) => Wei(escrow.WeiPerMinor) is { IsZero: false } rate ? (long)(Wei(wei) / rate) : 0;

    /// <summary>What one ether costs, as it was frozen.</summary>
    public static string Price(EscrowView escrow, Words t) =>
        decimal.TryParse(escrow.EtherPrice, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price)
            ? t.Money((long)Math.Round(price * (decimal)Math.Pow(10, Contracts.Currencies.DecimalPlaces(escrow.Total.Currency))), escrow.Total.Currency) : escrow.EtherPrice;

    /// <summary>0x12ab…89ef: enough to recognise, not enough to trust; the whole stands next to it.</summary>
    public static string Brief(string hex) => hex.Length > 12 ? $"{hex[..6]}…{hex[^4..]}" : hex;

    public static string? TransactionUrl(ChainStatus? chain, string hash) => chain?.ExplorerUrl is { Length: > 0 } explorer ? $"{explorer.TrimEnd('/')}/tx/{hash}" : null;

    public static string? AddressUrl(ChainStatus? chain, string address) => chain?.ExplorerUrl is { Length: > 0 } explorer ? $"{explorer.TrimEnd('/')}/address/{address}" : null;
}
