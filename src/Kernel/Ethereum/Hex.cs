using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>Hex as Ethereum's JSON-RPC writes it: 'data' has two digits for each byte, a 'quantity' has no zeros in front.</summary>
public static class Hex
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>"0x" and two lower-case digits for each byte; "0x" for none.</summary>
    public static string Data(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>The bytes of '0x…' with an even number of digits in either case. False for everything else, also without the 0x.</summary>
    public static bool TryBytes(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length % 2 != 0 || !text.StartsWith("0x", StringComparison.Ordinal) || text.AsSpan(2).ContainsAnyExcept(Digits)) return false;
        bytes = Convert.FromHexString(text.AsSpan(2));
        return true;
    }

    /// <summary>Throws <see cref="FormatException"/> where <see cref="TryBytes"/> says false.</summary>
    public static byte[] Bytes(string text) => TryBytes(text, out var bytes) ? bytes : throw new FormatException("This is no hex data: 0x and two digits for each byte.");

    /// <summary>"0x0", "0x41", "0x400". Throws for negative numbers.</summary>
    public static string Quantity(BigInteger value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value.Sign, nameof(value));
        return value.IsZero ? "0x0" : "0x" + value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
    }

    /// <summary>The number of a quantity; zeros in front are let pass, as some nodes write them. Throws <see cref="FormatException"/> for what is none, and above 256 bits.</summary>
    public static BigInteger Number(string quantity) =>
        quantity.Length is > 2 and <= 66 && quantity.StartsWith("0x", StringComparison.Ordinal) && !quantity.AsSpan(2).ContainsAnyExcept(Digits)
            ? BigInteger.Parse("0" + quantity[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : throw new FormatException("This is no hex quantity.");

    /// <summary>A quantity that fits into 64 bits, such as a block's number. Throws <see cref="OverflowException"/> when it doesn't.</summary>
    public static ulong UInt64(string quantity) => (ulong)Number(quantity);
}
