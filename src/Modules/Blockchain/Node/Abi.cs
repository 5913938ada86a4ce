using System.Numerics;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Node;

/// <summary>The contract ABI as far as our contracts need it: static arguments of one 32-byte big-endian word each, and at most one uint256[] behind them. (Nethereum would replace it; no package of it is in the feed.)</summary>
public static class Abi
{
    public const int WordSize = 32;

    /// <summary>The four bytes that a call of the function begins with, e.g. of "withdrawFor(address)".</summary>
    public static byte[] Selector(string signature) => Keccak256.Hash(signature)[..4];

    /// <summary>The first topic of an event's logs, as 0x hex.</summary>
    public static string Topic(string signature) => Hex.Data(Keccak256.Hash(signature));

    public static byte[] Call(string signature, params ReadOnlySpan<byte[]> words) => [.. Selector(signature), .. Pack(words)];

    /// <summary>Words, one after the other. Throws <see cref="ArgumentException"/> for a word that isn't 32 bytes.</summary>
    public static byte[] Pack(params ReadOnlySpan<byte[]> words)
    {
        var packed = new byte[WordSize * words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i].Length != WordSize) throw new ArgumentException($"Word {i} has {words[i].Length} bytes.", nameof(words));
            words[i].CopyTo(packed, WordSize * i);
        }
        return packed;
    }

    /// <summary>A uint256[] as it stands behind the static arguments: its length, then its words.</summary>
    public static byte[] Array(IReadOnlyList<BigInteger> items) => [.. Word(items.Count), .. items.SelectMany(Word)];

    public static byte[] Word(EthereumAddress value) => [.. new byte[WordSize - EthereumAddress.Size], .. value.ToBytes()];

    public static byte[] Word(bool value) => Word(value ? BigInteger.One : BigInteger.Zero);

    /// <summary>A uint256. Throws <see cref="ArgumentOutOfRangeException"/> for what doesn't fit.</summary>
    public static byte[] Word(BigInteger value)
    {
        var word = new byte[WordSize];
        var length = value.Sign < 0 ? -1 : value.GetByteCount(isUnsigned: true);
        if (length is < 0 or > WordSize) throw new ArgumentOutOfRangeException(nameof(value), "A uint256 is 0 to 2^256 - 1.");
        value.TryWriteBytes(word.AsSpan(WordSize - length), out _, isUnsigned: true, isBigEndian: true);
        return word;
    }

    public static BigInteger UInt(ReadOnlySpan<byte> data, int word) => new(At(data, word), isUnsigned: true, isBigEndian: true);

    /// <summary>A number of the contracts' uint64 kind. Throws <see cref="OverflowException"/> beyond.</summary>
    public static long Long(ReadOnlySpan<byte> data, int word) => (long)UInt(data, word);

    public static byte[] Bytes32(ReadOnlySpan<byte> data, int word) => At(data, word).ToArray();

    /// <summary>Throws <see cref="FormatException"/> when the upper 12 bytes are not zero.</summary>
    public static EthereumAddress Address(ReadOnlySpan<byte> data, int word)
    {
        var bytes = At(data, word);
        return bytes[..12].ContainsAnyExcept((byte)0) ? throw new FormatException("The word is no address.") : new EthereumAddress(bytes[12..]);
    }

    /// <summary>The uint256[] whose offset stands in a word. Throws <see cref="FormatException"/> when it isn't whole.</summary>
    public static BigInteger[] Array(ReadOnlySpan<byte> data, int offsetWord)
    {
        var offset = UInt(data, offsetWord);
        if (offset % WordSize != 0 || offset > data.Length) throw new FormatException("An array lies outside its data.");
        var first = (int)offset / WordSize;
        var length = UInt(data, first);
        if (length > (data.Length / WordSize) - first - 1) throw new FormatException("An array is longer than its data.");
        var items = new BigInteger[(int)length];
        for (var i = 0; i < items.Length; i++) items[i] = UInt(data, first + 1 + i);
        return items;
    }

    private static ReadOnlySpan<byte> At(ReadOnlySpan<byte> data, int word) =>
        data.Length >= WordSize * (word + 1) ? data.Slice(WordSize * word, WordSize) : throw new FormatException("The data is shorter than its words.");
}
