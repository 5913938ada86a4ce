using System.Numerics;
using System.Security.Cryptography;
using EstoSpaces.Kernel.Ethereum;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Ethereum;

/// <summary>The field's arithmetic beside BigInteger's, where carries run through all limbs and where they hardly ever do.</summary>
public sealed class FieldTests
{
    private static readonly BigInteger P = Secp256k1Field.P;

    /// <summary>Numbers at the limbs' edges, near p, and with long runs of ones and zeros; then random ones.</summary>
    private static IEnumerable<BigInteger> Numbers()
    {
        BigInteger[] edges = [0, 1, 2, 976, 977, 978, 0x1000003D0, 0x1000003D1, 0x1000003D2, P - 1, P - 2, P - 977, P - 0x1000003D1, P >> 1, (P >> 1) + 1, (BigInteger.One << 255) - 19];
        var limbs = Enumerable.Range(1, 15).SelectMany(i => new[] { (BigInteger.One << (16 * i)) - 1, BigInteger.One << (16 * i), (BigInteger.One << (16 * i)) + 1, P - (BigInteger.One << (16 * i)) });
        var random = Enumerable.Range(0, 60).Select(i => new BigInteger(RandomNumberGenerator.GetBytes(32 - (i % 5 * 8)), isUnsigned: true) % P);
        return edges.Concat(limbs).Concat(random);
    }

    [Fact]
    public void Sums_differences_and_products_are_those_of_the_numbers()
    {
        var numbers = Numbers().ToList();
        foreach (var x in numbers)
            foreach (var y in numbers)
            {
                var (fx, fy) = (Secp256k1Field.Of(x), Secp256k1Field.Of(y));
                if ((fx + fy).ToBigInteger() != (x + y) % P || (fx - fy).ToBigInteger() != (x - y + P) % P || (fx * fy).ToBigInteger() != x * y % P || (fx == fy) != (x == y))
                    throw new ShouldAssertException($"{x} and {y}");
            }
    }

    [Fact]
    public void A_number_is_written_as_it_was_read_and_p_is_zero()
    {
        foreach (var x in Numbers())
        {
            var bytes = new byte[32];
            Secp256k1Field.Of(x).Write(bytes);
            new BigInteger(bytes, isUnsigned: true, isBigEndian: true).ShouldBe(x);
            Secp256k1Field.Read(bytes).ToBigInteger().ShouldBe(x);
        }
        Secp256k1Field.Of(P).IsZero.ShouldBeTrue();
        Secp256k1Field.Of(-1).ToBigInteger().ShouldBe(P - 1);
        Secp256k1Field.Read([.. Enumerable.Repeat((byte)255, 32)]).ToBigInteger().ShouldBe((BigInteger.One << 256) - 1 - P);
    }
}
