using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace EstoSpaces.Kernel.Ethereum;

/// <summary>
/// A number modulo p = 2²⁵⁶ - 2³² - 977, the field of secp256k1, in four 64-bit limbs. Several times as fast as BigInteger, because p lies so near to a power of two that a product is reduced by two
/// multiplications. Not constant in time: for public numbers only.
/// </summary>
public readonly record struct Secp256k1Field
{
    public static readonly BigInteger P = (BigInteger.One << 256) - C;

    /// <summary>2²⁵⁶ - p: what a carry out of the highest limb is worth.</summary>
    private const ulong C = 0x1000003D1;

    private const ulong LowestOfP = 0xFFFFFFFEFFFFFC2F; // the other three limbs of p are all ones
    private readonly ulong a, b, c, d; // from the lowest to the highest, together below p

    private Secp256k1Field(ulong a, ulong b, ulong c, ulong d)
    {
        if (d == ulong.MaxValue && c == ulong.MaxValue && b == ulong.MaxValue && a >= LowestOfP) (this.a, this.b, this.c, this.d) = (a - LowestOfP, 0, 0, 0);
        else (this.a, this.b, this.c, this.d) = (a, b, c, d);
    }

    public static Secp256k1Field One => new(1, 0, 0, 0);

    public bool IsZero => (a | b | c | d) == 0;

    /// <summary>Of 32 bytes, the highest first; what is not below p is taken modulo p.</summary>
    public static Secp256k1Field Read(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));

    public static Secp256k1Field Of(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[32];
        value = ((value % P) + P) % P;
        value.TryWriteBytes(bytes[(32 - value.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
        return Read(bytes);
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, d);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], c);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], b);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], a);
    }

    public BigInteger ToBigInteger()
    {
        Span<byte> bytes = stackalloc byte[32];
        Write(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    public static Secp256k1Field operator +(Secp256k1Field x, Secp256k1Field y)
    {
        var carry = 0UL;
        var (a, b, c, d) = (Sum(x.a, y.a, ref carry), Sum(x.b, y.b, ref carry), Sum(x.c, y.c, ref carry), Sum(x.d, y.d, ref carry));
        return carry == 0 ? new(a, b, c, d) : Plus(a, b, c, d, C);
    }

    public static Secp256k1Field operator -(Secp256k1Field x, Secp256k1Field y)
    {
        var borrow = 0UL;
        var (a, b, c, d) = (Difference(x.a, y.a, ref borrow), Difference(x.b, y.b, ref borrow), Difference(x.c, y.c, ref borrow), Difference(x.d, y.d, ref borrow));
        if (borrow == 0) return new(a, b, c, d);
        borrow = 0;
        return new(Difference(a, C, ref borrow), Difference(b, 0, ref borrow), Difference(c, 0, ref borrow), Difference(d, 0, ref borrow));
    }

    public static Secp256k1Field operator *(Secp256k1Field x, Secp256k1Field y)
    {
        // The product in eight limbs, row by row.
        var carry = 0UL;
        var r0 = Product(x.a, y.a, 0, ref carry);
        var r1 = Product(x.a, y.b, 0, ref carry);
        var r2 = Product(x.a, y.c, 0, ref carry);
        var r3 = Product(x.a, y.d, 0, ref carry);
        var r4 = carry;
        carry = 0;
        r1 = Product(x.b, y.a, r1, ref carry);
        r2 = Product(x.b, y.b, r2, ref carry);
        r3 = Product(x.b, y.c, r3, ref carry);
        r4 = Product(x.b, y.d, r4, ref carry);
        var r5 = carry;
        carry = 0;
        r2 = Product(x.c, y.a, r2, ref carry);
        r3 = Product(x.c, y.b, r3, ref carry);
        r4 = Product(x.c, y.c, r4, ref carry);
        r5 = Product(x.c, y.d, r5, ref carry);
        var r6 = carry;
        carry = 0;
        r3 = Product(x.d, y.a, r3, ref carry);
        r4 = Product(x.d, y.b, r4, ref carry);
        r5 = Product(x.d, y.c, r5, ref carry);
        r6 = Product(x.d, y.d, r6, ref carry);
        var r7 = carry;

        // The upper half is worth C times as much in the lower one; what that carries out (35 bits at most) once more.
        carry = 0;
        r0 = Product(r4, C, r0, ref carry);
        r1 = Product(r5, C, r1, ref carry);
        r2 = Product(r6, C, r2, ref carry);
        r3 = Product(r7, C, r3, ref carry);
        var above = carry;
        carry = 0;
        r0 = Product(above, C, r0, ref carry);
        var last = 0UL;
        r1 = Sum(r1, carry, ref last);
        r2 = Sum(r2, 0, ref last);
        r3 = Sum(r3, 0, ref last);
        return last == 0 ? new(r0, r1, r2, r3) : Plus(r0, r1, r2, r3, C);
    }

    public Secp256k1Field Squared() => this * this;

    public Secp256k1Field Twice() => this + this;

    /// <summary>Adds what a carry was worth; there is no further one, since what remained beside the carry is small enough.</summary>
    private static Secp256k1Field Plus(ulong a, ulong b, ulong c, ulong d, ulong small)
    {
        var carry = 0UL;
        return new(Sum(a, small, ref carry), Sum(b, 0, ref carry), Sum(c, 0, ref carry), Sum(d, 0, ref carry));
    }

    /// <summary>The low limb of x·y + more + carry, whose high limb becomes the carry. It can't be more than two limbs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Product(ulong x, ulong y, ulong more, ref ulong carry)
    {
        var high = Math.BigMul(x, y, out var low);
        low += more;
        if (low < more) high++;
        low += carry;
        if (low < carry) high++;
        carry = high;
        return low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Sum(ulong x, ulong y, ref ulong carry)
    {
        var sum = x + y;
        var over = sum < x ? 1UL : 0;
        sum += carry;
        carry = over + (sum < carry ? 1UL : 0);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Difference(ulong x, ulong y, ref ulong borrow)
    {
        var rest = x - y;
        var under = x < y ? 1UL : 0;
        var result = rest - borrow;
        borrow = under + (rest < borrow ? 1UL : 0);
        return result;
    }
}
