using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>A 20-byte address of an account or a contract: compared by value, written with the checksum of EIP-55.</summary>
public readonly record struct EthereumAddress
{
    /// <summary>Bytes in an address.</summary>
    public const int Size = 20;

    private readonly UInt128 high;
    private readonly uint low;

    /// <summary>Throws <see cref="FormatException"/> when there are not 20 bytes.</summary>
    public EthereumAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new FormatException("An address has 20 bytes.");
        (high, low) = (BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));
    }

    /// <summary>Nobody's: the address that contracts take for "none".</summary>
    public bool IsZero => high == 0 && low == 0;

    /// <summary>The address of a public key: the last 20 bytes of the Keccak of its 64 bytes x, y (without the 0x04 in front).</summary>
    public static EthereumAddress OfPublicKey(ReadOnlySpan<byte> xy) =>
        xy.Length == 64 ? new(Keccak256.Hash(xy).AsSpan(12)) : throw new FormatException("A public key has 64 bytes.");

    /// <summary>0x and 40 digits, all in one case or with the right checksum. Another mix of cases is a typing error, and refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out EthereumAddress address)
    {
        address = default;
        if (text is not { Length: 2 + (2 * Size) } || !Hex.TryBytes(text, out var bytes)) return false;
        var parsed = new EthereumAddress(bytes);
        var digits = text.AsSpan(2);
        if (digits.ContainsAnyInRange('a', 'f') && digits.ContainsAnyInRange('A', 'F') && parsed.ToString() != text) return false;
        address = parsed;
        return true;
    }

    /// <summary>Only with the right checksum, as EIP-4361 wants it.</summary>
    public static bool TryParseExact([NotNullWhen(true)] string? text, out EthereumAddress address) => TryParse(text, out address) && address.ToString() == text;

    /// <summary>Throws <see cref="FormatException"/> where <see cref="TryParse"/> says false.</summary>
    public static EthereumAddress Parse(string text) => TryParse(text, out var address) ? address : throw new FormatException("This is no Ethereum address, or its checksum is wrong.");

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), low);
        return bytes;
    }

    /// <summary>In EIP-55's spelling: a letter is upper case where the Keccak of the lower-case digits has 8 or more.</summary>
    public override string ToString()
    {
        var lower = Convert.ToHexStringLower(ToBytes());
        var hash = Keccak256.Hash(Encoding.ASCII.GetBytes(lower));
        return string.Create(2 + (2 * Size), (lower, hash), static (text, from) =>
        {
            "0x".CopyTo(text);
            for (var i = 0; i < 2 * Size; i++)
                text[i + 2] = ((from.hash[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0x8) != 0 ? char.ToUpperInvariant(from.lower[i]) : from.lower[i];
        });
    }
}
