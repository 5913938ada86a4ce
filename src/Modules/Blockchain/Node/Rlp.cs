using System.Numerics;

namespace EstoSpaces.Blockchain.Node;

/// <summary>Recursive Length Prefix, writing only: what transactions are made of before they are hashed.</summary>
public static class Rlp
{
    public static byte[] Bytes(ReadOnlySpan<byte> bytes) => bytes.Length == 1 && bytes[0] < 0x80 ? bytes.ToArray() : [.. Head(bytes.Length, 0x80), .. bytes];

    public static byte[] Number(BigInteger number) => number.IsZero ? [0x80] : Bytes(number.ToByteArray(isUnsigned: true, isBigEndian: true));

    public static byte[] List(params ReadOnlySpan<byte[]> items)
    {
        var length = 0;
        foreach (var item in items) length += item.Length;
        var list = new List<byte>(length + 9);
        list.AddRange(Head(length, 0xc0));
        foreach (var item in items) list.AddRange(item);
        return [.. list];
    }

    private static byte[] Head(int length, byte offset)
    {
        if (length < 56) return [(byte)(offset + length)];
        var size = new BigInteger(length).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [(byte)(offset + 55 + size.Length), .. size];
    }
}
