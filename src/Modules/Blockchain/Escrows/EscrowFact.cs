using System.Numerics;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Escrows;

/// <summary>What a log of the escrow contract says. Amounts in wei, times in Unix seconds.</summary>
public abstract record EscrowFact(string EscrowId)
{
    /// <summary>Terms: the fourteen words as they were hashed, whatever is in them.</summary>
    public sealed record Funded(string EscrowId, EthereumAddress Guest, byte[] Terms, IReadOnlyList<BigInteger> Tiers) : EscrowFact(EscrowId);
    public sealed record Cancelled(string EscrowId, EthereumAddress By, long CancelledAt, BigInteger ToGuest, BigInteger ToHost) : EscrowFact(EscrowId);
    public sealed record Refunded(string EscrowId, EthereumAddress By, BigInteger ToGuest) : EscrowFact(EscrowId);
    public sealed record Released(string EscrowId, EthereumAddress By, BigInteger ToHost, BigInteger Fee) : EscrowFact(EscrowId);
    public sealed record Disputed(string EscrowId, EthereumAddress By) : EscrowFact(EscrowId);
    public sealed record Ruled(string EscrowId, EthereumAddress By, BigInteger ToGuest, BigInteger ToHost, BigInteger Fee) : EscrowFact(EscrowId);

    /// <summary>Not of one escrow: what was credited by all of them leaves.</summary>
    public sealed record Withdrawn(EthereumAddress Payee, EthereumAddress To, BigInteger Amount) : EscrowFact("");

    private static readonly string FundedTopic = Abi.Topic("Funded(bytes32,bytes32,address," + EscrowTerms.Type + ",uint256[])");
    private static readonly string CancelledTopic = Abi.Topic("Cancelled(bytes32,bytes32,address,uint64,uint256,uint256)");
    private static readonly string RefundedTopic = Abi.Topic("Refunded(bytes32,bytes32,address,uint256)");
    private static readonly string ReleasedTopic = Abi.Topic("Released(bytes32,bytes32,address,uint256,uint256)");
    private static readonly string DisputedTopic = Abi.Topic("Disputed(bytes32,bytes32,address)");
    private static readonly string RuledTopic = Abi.Topic("Ruled(bytes32,bytes32,address,uint256,uint256,uint256)");
    private static readonly string WithdrawnTopic = Abi.Topic("Withdrawn(address,address,uint256)");

    /// <summary>As it stands in the database: funded, cancelled, refunded, released, disputed, ruled, withdrawn.</summary>
    public string Name => GetType().Name.ToLowerInvariant();

    /// <summary>Null for logs that tell nothing about an escrow's money: credits (which go along with these), roles, pauses.</summary>
    public static EscrowFact? Of(ChainLog log)
    {
        var (topics, data) = (log.Topics, log.Data);
        if (topics.Count == 3 && topics[0] == WithdrawnTopic) return new Withdrawn(AddressIn(topics[1]), AddressIn(topics[2]), Abi.UInt(data, 0));
        if (topics.Count != 4) return null;
        var (id, by) = (topics[1], topics[3]);
        return topics[0] switch
        {
            var t when t == FundedTopic => new Funded(id, AddressIn(by), data[..(Abi.WordSize * EscrowTerms.Words)], Abi.Array(data, EscrowTerms.Words)),
            var t when t == CancelledTopic => new Cancelled(id, AddressIn(by), Abi.Long(data, 0), Abi.UInt(data, 1), Abi.UInt(data, 2)),
            var t when t == RefundedTopic => new Refunded(id, AddressIn(by), Abi.UInt(data, 0)),
            var t when t == ReleasedTopic => new Released(id, AddressIn(by), Abi.UInt(data, 0), Abi.UInt(data, 1)),
            var t when t == DisputedTopic => new Disputed(id, AddressIn(by)),
            var t when t == RuledTopic => new Ruled(id, AddressIn(by), Abi.UInt(data, 0), Abi.UInt(data, 1), Abi.UInt(data, 2)),
            _ => null,
        };
    }

    private static EthereumAddress AddressIn(string topic) => Abi.Address(Hex.Bytes(topic), 0);
}
