using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Auth;

/// <summary>Who answers for an address: a private key, or code at the address (ERC-1271).</summary>
public enum WalletKind { Key, Contract }

/// <summary>A wallet that was proved to be an account's. An address belongs to one account at most.</summary>
public sealed class Wallet
{
    /// <summary>0x and lower-case digits.</summary>
    public string Address { get; private init; } = "";

    public UserId UserId { get; private init; }
    public WalletKind Kind { get; private init; }
    public long ChainId { get; private init; }
    public DateTimeOffset LinkedAt { get; private init; }

    private Wallet() { }

    public static (Wallet Wallet, WalletLinked Fact) Link(UserId user, ProvenWallet proven, DateTimeOffset now)
    {
        var wallet = new Wallet { Address = KeyOf(proven.Address), UserId = user, Kind = proven.Kind, ChainId = proven.ChainId, LinkedAt = now };
        return (wallet, new WalletLinked(user, wallet.Spelled, Wire.Name(wallet.Kind), wallet.ChainId, now));
    }

    /// <summary>What is told when it belongs to the account no more.</summary>
    public WalletUnlinked Unlinked() => new(UserId, Spelled);

    public LinkedWallet View() => new(Spelled, Wire.Name(Kind), ChainId, LinkedAt);

    /// <summary>An address as it is kept and compared.</summary>
    public static string KeyOf(EthereumAddress address) => Hex.Data(address.ToBytes());

    private string Spelled => EthereumAddress.Parse(Address).ToString();
}

/// <summary>A wallet as its owner sees it: address with its checksum, kind (key, contract), EIP-155's id of the chain it was proved on.</summary>
public sealed record LinkedWallet(string Address, string Kind, long ChainId, DateTimeOffset LinkedAt);

/// <summary>A number used once, given out for one address.</summary>
public sealed class WalletNonce
{
    public string Nonce { get; init; } = "";
    public string Address { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; init; }
}
