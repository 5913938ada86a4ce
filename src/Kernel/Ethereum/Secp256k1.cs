using System.Globalization;
using System.Numerics;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>
/// The public half of ECDSA on secp256k1 (SEC 1, section 4.1.6): who signed. Everything that goes in is public, so it is no matter that BigInteger takes longer for some numbers than for others.
/// Nothing is signed here, and nothing may be: keys live in wallets, in the node or in a remote signer.
/// </summary>
public static class Secp256k1
{
    private static readonly BigInteger P = Number("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
    private static readonly BigInteger N = Number("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    private static readonly BigInteger HalfN = N >> 1;
    private static readonly BigInteger SquareRoot = (P + 1) >> 2;
    private static readonly Point G = new(
        Number("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
        Number("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"),
        BigInteger.One);

    private static readonly Point Infinity = new(BigInteger.Zero, BigInteger.One, BigInteger.Zero);

    /// <summary>In Jacobian coordinates: x = X/Z², y = Y/Z³; Z = 0 is the point at infinity.</summary>
    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z);

    /// <summary>
    /// The public key (64 bytes x, y) whose signature over the 32-byte hash this is; null when it is nobody's. r and s have 32 bytes each and lie in 1 … n-1; an s above n/2 is refused, because its
    /// mirror image is the same signature (EIP-2). v is 27 or 28, or 0 or 1 as some hardware wallets write it; 2 and 3 (r above the group's order) don't exist on Ethereum.
    /// </summary>
    public static byte[]? RecoverPublicKey(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> r, ReadOnlySpan<byte> s, byte v)
    {
        if (hash.Length != 32 || r.Length != 32 || s.Length != 32 || v is not (0 or 1 or 27 or 28)) return null;
        var (x, sign) = (Unsigned(r), Unsigned(s));
        if (x.IsZero || x >= N || sign.IsZero || sign > HalfN) return null;

        var square = ((x * x % P * x) + 7) % P;
        var y = BigInteger.ModPow(square, SquareRoot, P);
        if (y * y % P != square) return null;
        var even = v is 0 or 27;
        if (y.IsEven != even) y = P - y;

        // Q = (s·R - z·G) / r
        var inverse = BigInteger.ModPow(x, N - 2, N);
        var q = SumOfProducts(Mod(-Unsigned(hash) * inverse, N), sign * inverse % N, new Point(x, y, BigInteger.One));
        if (q.Z.IsZero) return null;
        var unscale = BigInteger.ModPow(q.Z, P - 2, P);
        var unscaleSquared = unscale * unscale % P;
        var key = new byte[64];
        Write(q.X * unscaleSquared % P, key.AsSpan(0, 32));
        Write(q.Y * unscaleSquared % P * unscale % P, key.AsSpan(32));
        return key;
    }

    /// <summary>The address of whoever made this signature (65 bytes: r, s, v) over the hash; null when it is nobody's.</summary>
    public static EthereumAddress? RecoverAddress(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
        signature.Length == 65 && RecoverPublicKey(hash, signature[..32], signature[32..64], signature[64]) is { } key ? EthereumAddress.OfPublicKey(key) : null;

    /// <summary>u1·G + u2·Q, both bit by bit at once (Shamir's trick).</summary>
    private static Point SumOfProducts(BigInteger u1, BigInteger u2, Point q)
    {
        var both = Add(G, q);
        var sum = Infinity;
        Span<byte> bits1 = stackalloc byte[32], bits2 = stackalloc byte[32];
        Write(u1, bits1);
        Write(u2, bits2);
        for (var i = 0; i < 256; i++)
        {
            sum = Double(sum);
            var (first, second) = (Bit(bits1, i), Bit(bits2, i));
            if (first || second) sum = Add(sum, first && second ? both : first ? G : q);
        }
        return sum;
    }

    private static bool Bit(ReadOnlySpan<byte> number, int fromTheTop) => (number[fromTheTop / 8] >> (7 - (fromTheTop % 8)) & 1) != 0;

    private static Point Double(Point a)
    {
        if (a.Z.IsZero || a.Y.IsZero) return Infinity;
        var yy = a.Y * a.Y % P;
        var s = 4 * a.X * yy % P;
        var m = 3 * a.X * a.X % P;
        var x = Mod((m * m) - (2 * s), P);
        return new(x, Mod((m * (s - x)) - (8 * yy * yy), P), 2 * a.Y * a.Z % P);
    }

    /// <summary>b is in affine form (Z = 1) or infinite in all but one call; the general formula serves them all.</summary>
    private static Point Add(Point a, Point b)
    {
        if (a.Z.IsZero) return b;
        if (b.Z.IsZero) return a;
        var (aa, bb) = (a.Z * a.Z % P, b.Z * b.Z % P);
        var (u1, u2) = (a.X * bb % P, b.X * aa % P);
        var (s1, s2) = (a.Y * b.Z % P * bb % P, b.Y * a.Z % P * aa % P);
        if (u1 == u2) return s1 == s2 ? Double(a) : Infinity;

        var (h, r) = (u2 - u1, s2 - s1);
        var hh = h * h % P;
        var (hhh, v) = (h * hh % P, u1 * hh % P);
        var x = Mod((r * r) - hhh - (2 * v), P);
        return new(x, Mod((r * (v - x)) - (s1 * hhh), P), Mod(h * a.Z % P * b.Z, P));
    }

    private static BigInteger Mod(BigInteger value, BigInteger modulus)
    {
        var rest = value % modulus;
        return rest.Sign < 0 ? rest + modulus : rest;
    }

    private static BigInteger Unsigned(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static void Write(BigInteger value, Span<byte> word)
    {
        word.Clear();
        value.TryWriteBytes(word[(32 - value.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
    }

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
