using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>
/// Keccak-256 as Ethereum uses it: the Keccak of the competition, with padding 0x01, where FIPS 202's SHA3-256 has 0x06. The platform has the latter only.
/// </summary>
public static class Keccak256
{
    /// <summary>Bytes in a hash.</summary>
    public const int Size = 32;

    private const int Rate = 136;

    private static readonly ulong[] RoundConstants = MakeRoundConstants();
    private static readonly int[] Rotations = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
    private static readonly int[] Lanes = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

    public static byte[] Hash(ReadOnlySpan<byte> data) => Hash(data, 0x01);

    /// <summary>The hash of a text's UTF-8 bytes, e.g. of a function's signature.</summary>
    public static byte[] Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    /// <summary>With another padding: 0x06 makes it SHA3-256, by which the permutation is compared with the platform's.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data, byte padding)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        for (; data.Length >= Rate; data = data[Rate..]) Absorb(state, data[..Rate]);

        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = padding;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);

        var hash = new byte[Size];
        for (var i = 0; i < Size / 8; i++) BinaryPrimitives.WriteUInt64LittleEndian(hash.AsSpan(8 * i), state[i]);
        return hash;
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (var i = 0; i < Rate / 8; i++) state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        Permute(state);
    }

    /// <summary>Keccak-f[1600]: 24 rounds of theta, rho and pi, chi, iota.</summary>
    private static void Permute(Span<ulong> a)
    {
        Span<ulong> c = stackalloc ulong[5];
        foreach (var roundConstant in RoundConstants)
        {
            for (var x = 0; x < 5; x++) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
            for (var x = 0; x < 5; x++)
            {
                var d = c[(x + 4) % 5] ^ BitOperations.RotateLeft(c[(x + 1) % 5], 1);
                for (var y = 0; y < 25; y += 5) a[x + y] ^= d;
            }

            var moving = a[1];
            for (var i = 0; i < 24; i++) (a[Lanes[i]], moving) = (BitOperations.RotateLeft(moving, Rotations[i]), a[Lanes[i]]);

            for (var y = 0; y < 25; y += 5)
            {
                a.Slice(y, 5).CopyTo(c);
                for (var x = 0; x < 5; x++) a[x + y] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
            }

            a[0] ^= roundConstant;
        }
    }

    /// <summary>From the shift register that defines them, so that no table of 24 numbers has to be trusted.</summary>
    private static ulong[] MakeRoundConstants()
    {
        var constants = new ulong[24];
        byte register = 1;
        for (var round = 0; round < 24; round++)
            for (var bit = 0; bit < 7; bit++)
            {
                if ((register & 1) != 0) constants[round] |= 1UL << ((1 << bit) - 1);
                register = (byte)((register << 1) ^ ((register >> 7) * 0x71));
            }
        return constants;
    }
}
