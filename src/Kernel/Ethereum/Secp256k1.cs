using System.Globalization;
using System.Numerics;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>
/// The public half of ECDSA on secp256k1 (SEC 1, section 4.1.6): who signed. Everything that goes in is public, so it is no matter that some numbers take longer than others.
/// Nothing is signed here, and nothing may be: keys live in wallets, in the node or in a remote signer.
/// </summary>
public static class Secp256k1
{
    private static readonly BigInteger P = Secp256k1Field.P;
    private static readonly BigInteger N = Number("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    private static readonly BigInteger HalfN = N >> 1;
    private static readonly BigInteger SquareRoot = (P + 1) >> 2;
    private static readonly Point G = Point.At(
        Number("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
        Number("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"));

    /// <summary>In Jacobian coordinates: x = X/Z², y = Y/Z³; Z = 0 is the point at infinity.</summary>
    private readonly record struct Point(Secp256k1Field X, Secp256k1Field Y, Secp256k1Field Z)
    {
        public static readonly Point Infinity = new(default, Secp256k1Field.One, default);

        public static Point At(BigInteger x, BigInteger y) => new(Secp256k1Field.Of(x), Secp256k1Field.Of(y), Secp256k1Field.One);
    }

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
        var q = SumOfProducts(((-Unsigned(hash) * inverse % N) + N) % N, sign * inverse % N, Point.At(x, y));
        if (q.Z.IsZero) return null;
        var unscale = Secp256k1Field.Of(BigInteger.ModPow(q.Z.ToBigInteger(), P - 2, P));
        var unscaleSquared = unscale.Squared();
        var key = new byte[64];
        (q.X * unscaleSquared).Write(key.AsSpan(0, 32));
        (q.Y * unscaleSquared * unscale).Write(key.AsSpan(32));
        return key;
    }

    /// <summary>The address of whoever made this signature (65 bytes: r, s, v) over the hash; null when it is nobody's.</summary>
    public static EthereumAddress? RecoverAddress(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
        signature.Length == 65 && RecoverPublicKey(hash, signature[..32], signature[32..64], signature[64]) is { } key ? EthereumAddress.OfPublicKey(key) : null;

    /// <summary>u1·G + u2·Q, both bit by bit at once (Shamir's trick).</summary>
    private static Point SumOfProducts(BigInteger u1, BigInteger u2, Point q)
    {
        var both = Add(G, q);
        var sum = Point.Infinity;
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
        if (a.Z.IsZero || a.Y.IsZero) return Point.Infinity;
        var yy = a.Y.Squared();
        var s = (a.X * yy).Twice().Twice();
        var xx = a.X.Squared();
        var m = xx.Twice() + xx;
        var x = m.Squared() - s.Twice();
        return new(x, (m * (s - x)) - yy.Squared().Twice().Twice().Twice(), (a.Y * a.Z).Twice());
    }

    private static Point Add(Point a, Point b)
    {
        if (a.Z.IsZero) return b;
        if (b.Z.IsZero) return a;
        var (aa, bb) = (a.Z.Squared(), b.Z.Squared());
        var (u1, u2) = (a.X * bb, b.X * aa);
        var (s1, s2) = (a.Y * b.Z * bb, b.Y * a.Z * aa);
        if (u1 == u2) return s1 == s2 ? Double(a) : Point.Infinity;

        var (h, r) = (u2 - u1, s2 - s1);
        var hh = h.Squared();
        var (hhh, v) = (h * hh, u1 * hh);
        var x = r.Squared() - hhh - v.Twice();
        return new(x, (r * (v - x)) - (s1 * hhh), h * a.Z * b.Z);
    }

    private static BigInteger Unsigned(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static void Write(BigInteger value, Span<byte> word)
    {
        word.Clear();
        value.TryWriteBytes(word[(32 - value.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
    }

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
