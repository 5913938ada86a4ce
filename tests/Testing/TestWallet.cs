using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Testing;

/// <summary>
/// A wallet for tests: a key that is worth nothing, and its signatures. Not constant in time and never to be used for anything else. Whether it signs as others do is checked against ethers and viem.
/// </summary>
public sealed class TestWallet
{
    private static readonly BigInteger N = Number("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    private static readonly BigInteger BaseX = Number("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    private readonly BigInteger key;

    public TestWallet(ReadOnlySpan<byte> key)
    {
        this.key = Unsigned(key);
        Address = EthereumAddress.OfPublicKey(TimesBase(this.key));
    }

    public static TestWallet New() => new(Scalar());

    public EthereumAddress Address { get; }

    /// <summary>The key as 0x hex, for other clients in the same test.</summary>
    public string Key => Hex.Data(Word(key));

    /// <summary>What personal_sign answers: 65 bytes r, s, v as 0x hex.</summary>
    public string SignText(string message) => Hex.Data(Sign(Eip191.PersonalHash(message)));

    /// <summary>r, s (the lower one), v (27 or 28).</summary>
    public byte[] Sign(ReadOnlySpan<byte> hash)
    {
        while (true)
        {
            var once = Unsigned(Scalar());
            var point = TimesBase(once);
            var r = Unsigned(point.AsSpan(0, 32));
            if (r >= N) continue;
            var s = BigInteger.ModPow(once, N - 2, N) * (Unsigned(hash) + (r * key)) % N;
            if (s.IsZero) continue;
            var odd = (point[63] & 1) != 0;
            if (s > N / 2) (s, odd) = (N - s, !odd);
            return [.. Word(r), .. Word(s), (byte)(odd ? 28 : 27)];
        }
    }

    /// <summary>The same signature's mirror image, which is as good by the mathematics and refused by EIP-2.</summary>
    public static byte[] Mirror(ReadOnlySpan<byte> signature) => [.. signature[..32], .. Word(N - Unsigned(signature[32..64])), (byte)(55 - signature[64])];

    /// <summary>k·G: the key that is recovered for r = G.x, s = 1 and a hash of 1 - k·G.x is (s·G - hash·G) / r = k·G.</summary>
    private static byte[] TimesBase(BigInteger k)
    {
        var hash = (((1 - (k * BaseX)) % N) + N) % N;
        return Secp256k1.RecoverPublicKey(Word(hash), Word(BaseX), Word(1), 27)!;
    }

    private static byte[] Scalar()
    {
        while (true)
        {
            var bytes = RandomNumberGenerator.GetBytes(32);
            if (Unsigned(bytes) is { IsZero: false } number && number < N) return bytes;
        }
    }

    private static byte[] Word(BigInteger value)
    {
        var word = new byte[32];
        value.TryWriteBytes(word.AsSpan(32 - value.GetByteCount(isUnsigned: true)), out _, isUnsigned: true, isBigEndian: true);
        return word;
    }

    private static BigInteger Unsigned(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
