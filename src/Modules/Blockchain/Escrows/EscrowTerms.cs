using System.Numerics;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Blockchain.Escrows;

/// <summary>
/// What guest, host and platform agreed on, as the contract hashes it: fourteen words, and beside them the refund table. contracts/README.md tells what each is. Amounts in minor units of the quote's currency, times in Unix seconds.
/// </summary>
public sealed record EscrowTerms
{
    public const int Words = 14;

    /// <summary>The tuple's type in signatures.</summary>
    public const string Type = "(bytes32,bytes32,bytes32,address,address,uint96,uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint64)";

    private static readonly BigInteger MostWei = (BigInteger.One << 96) - 1;

    public required byte[] BookingId { get; init; }
    public required byte[] QuoteHash { get; init; }
    public required EthereumAddress Guest { get; init; }
    public required EthereumAddress Host { get; init; }
    public required BigInteger WeiPerMinor { get; init; }
    public required long TotalMinor { get; init; }
    public required long PayoutMinor { get; init; }
    public required long PayBy { get; init; }
    public required long GraceBefore { get; init; }
    public required long GraceSeconds { get; init; }
    public required long CheckIn { get; init; }
    public required long CheckOut { get; init; }
    public required long ReleaseAt { get; init; }

    /// <summary>One word a tier, in the order of time.</summary>
    public required IReadOnlyList<BigInteger> Tiers { get; init; }

    public byte[] RefundsHash => Keccak256.Hash([.. Tiers.SelectMany(Abi.Word)]);

    /// <summary>The deposit.</summary>
    public BigInteger ValueWei => WeiPerMinor * TotalMinor;

    /// <summary>The terms of a frozen quote at a price of one ether.</summary>
    public static EscrowTerms Of(BookingId booking, Quote quote, decimal etherPrice, EthereumAddress guest, EthereumAddress host, DateTimeOffset payBy, DateTimeOffset releaseAt) => new()
    {
        BookingId = BookingWord(booking), QuoteHash = Convert.FromHexString(quote.Hash), Guest = guest, Host = host, WeiPerMinor = EscrowTable.WeiPerMinor(etherPrice, quote.Currency),
        TotalMinor = quote.TotalMinor, PayoutMinor = quote.PayoutMinor, PayBy = payBy.ToUnixTimeSeconds(), GraceBefore = quote.Grace.ConfirmedBefore.ToUnixTimeSeconds(), GraceSeconds = quote.Grace.Hours * 3600L,
        CheckIn = quote.CheckInAt.ToUnixTimeSeconds(), CheckOut = quote.CheckOutAt.ToUnixTimeSeconds(), ReleaseAt = releaseAt.ToUnixTimeSeconds(), Tiers = [.. EscrowTable.Tiers(quote).Select(t => t.Word)],
    };

    /// <summary>Whether the contract can hold so much at all.</summary>
    public bool Fits => ValueWei > 0 && ValueWei <= MostWei;

    /// <summary>The UUID's 16 bytes as they are written, right-aligned in a word.</summary>
    public static byte[] BookingWord(BookingId booking) => [.. new byte[16], .. booking.Value.ToByteArray(bigEndian: true)];

    public byte[] Encode() => Abi.Pack(BookingId, QuoteHash, RefundsHash, Abi.Word(Guest), Abi.Word(Host), Abi.Word(WeiPerMinor), Abi.Word(TotalMinor), Abi.Word(PayoutMinor), Abi.Word(PayBy),
        Abi.Word(GraceBefore), Abi.Word(GraceSeconds), Abi.Word(CheckIn), Abi.Word(CheckOut), Abi.Word(ReleaseAt));

    /// <summary>From fourteen words and the table. Throws <see cref="FormatException"/> or <see cref="OverflowException"/> for what the contract would never have taken.</summary>
    public static EscrowTerms Decode(ReadOnlySpan<byte> words, IReadOnlyList<BigInteger> tiers) => new()
    {
        BookingId = Abi.Bytes32(words, 0), QuoteHash = Abi.Bytes32(words, 1), Guest = Abi.Address(words, 3), Host = Abi.Address(words, 4), WeiPerMinor = Abi.UInt(words, 5), TotalMinor = Abi.Long(words, 6),
        PayoutMinor = Abi.Long(words, 7), PayBy = Abi.Long(words, 8), GraceBefore = Abi.Long(words, 9), GraceSeconds = Abi.Long(words, 10), CheckIn = Abi.Long(words, 11), CheckOut = Abi.Long(words, 12),
        ReleaseAt = Abi.Long(words, 13), Tiers = tiers,
    };

    /// <summary>keccak256(abi.encode(chain id, contract, terms)) as 0x hex: nobody can take a booking's id with other terms.</summary>
    public string IdAt(long chainId, EthereumAddress contract) => Hex.Data(Keccak256.Hash([.. Abi.Word(chainId), .. Abi.Word(contract), .. Encode()]));

    /// <summary>What guest and host get of a cancellation at a time, in minor units: the contract's splitAt, which is the card's refund.</summary>
    public (long ToGuest, long ToHost) SplitAt(long fundedAt, long time)
    {
        if (fundedAt <= GraceBefore && time <= fundedAt + GraceSeconds) return (TotalMinor, 0);
        var mask = (BigInteger.One << 96) - 1;
        foreach (var tier in Tiers)
            if (time <= tier >> 192) return ((long)((tier >> 96) & mask), (long)(tier & mask));
        return (0, PayoutMinor);
    }
}
