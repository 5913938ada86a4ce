using System.Numerics;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Blockchain.Escrows;

/// <summary>An escrow as it stands in the database. PaymentId null: somebody paid in by terms that the product never made.</summary>
public sealed record EscrowRow
{
    /// <summary>The columns that <see cref="Read"/> reads, in its order.</summary>
    public const string Columns = """
        escrow_id, chain_id, contract, payment_id, attempt, booking_id, terms, tiers, guest, host, currency, ether_price, wei_per_minor, amount_wei, total_minor, payout_minor, pay_by, check_out, release_at,
        state, ended, deposit_hash, deposit_block, funded_at, to_guest_minor, to_host_minor, host_share_minor
        """;

    public required string EscrowId { get; init; }
    public required long ChainId { get; init; }
    public required string Contract { get; init; }
    public PaymentId? PaymentId { get; init; }
    public int? Attempt { get; init; }
    public BookingId? BookingId { get; init; }
    public required byte[] TermWords { get; init; }
    public required byte[] TierWords { get; init; }
    public required string Guest { get; init; }
    public required string Host { get; init; }
    public string? Currency { get; init; }
    public string? EtherPrice { get; init; }
    public required BigInteger WeiPerMinor { get; init; }
    public required BigInteger AmountWei { get; init; }
    public required long TotalMinor { get; init; }
    public required long PayoutMinor { get; init; }
    public required DateTimeOffset PayBy { get; init; }
    public required DateTimeOffset CheckOut { get; init; }
    public required DateTimeOffset ReleaseAt { get; init; }

    /// <summary>Never Lapsed: that is how an awaited one is shown after its time.</summary>
    public required EscrowState State { get; init; }

    public EscrowEnd? End { get; init; }
    public string? DepositHash { get; init; }
    public long? DepositBlock { get; init; }
    public DateTimeOffset? FundedAt { get; init; }
    public long? ToGuestMinor { get; init; }
    public long? ToHostMinor { get; init; }
    public required long HostShareMinor { get; init; }

    public bool IsOurs => PaymentId is not null;

    /// <summary>How facts name it. Throws for one that isn't ours.</summary>
    public EscrowRef Ref => new(EscrowId, PaymentId!.Value, Attempt!.Value, BookingId!.Value);

    /// <summary>The terms of an escrow of ours.</summary>
    public EscrowTerms Terms => EscrowTerms.Decode(TermWords, [.. Enumerable.Range(0, TierWords.Length / Abi.WordSize).Select(i => Abi.UInt(TierWords, i))]);

    public static EscrowRow Read(NpgsqlDataReader row) => new()
    {
        EscrowId = row.GetString(0), ChainId = row.GetInt64(1), Contract = row.GetString(2), PaymentId = row.Maybe<Guid>(3) is { } payment ? new PaymentId(payment) : null, Attempt = row.Maybe<int>(4),
        BookingId = row.Maybe<Guid>(5) is { } booking ? new BookingId(booking) : null, TermWords = row.GetFieldValue<byte[]>(6), TierWords = row.GetFieldValue<byte[]>(7), Guest = row.GetString(8), Host = row.GetString(9),
        Currency = row.Text(10), EtherPrice = row.Text(11), WeiPerMinor = row.GetFieldValue<BigInteger>(12), AmountWei = row.GetFieldValue<BigInteger>(13), TotalMinor = row.GetInt64(14), PayoutMinor = row.GetInt64(15),
        PayBy = row.GetFieldValue<DateTimeOffset>(16), CheckOut = row.GetFieldValue<DateTimeOffset>(17), ReleaseAt = row.GetFieldValue<DateTimeOffset>(18),
        State = Wire.TryName<EscrowState>(row.GetString(19), out var state) ? state : throw new FormatException($"'{row.GetString(19)}' is no state"),
        End = row.Text(20) is { } ended && Wire.TryName<EscrowEnd>(ended, out var end) ? end : null, DepositHash = row.Text(21), DepositBlock = row.Maybe<long>(22), FundedAt = row.Maybe<DateTimeOffset>(23),
        ToGuestMinor = row.Maybe<long>(24), ToHostMinor = row.Maybe<long>(25), HostShareMinor = row.GetInt64(26),
    };
}
