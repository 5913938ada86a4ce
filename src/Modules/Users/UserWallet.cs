using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Users;

/// <summary>A wallet that auth has seen proved. What it is called and whether earnings go there is said here.</summary>
public sealed class UserWallet
{
    public Guid Id { get; private init; }
    public UserId UserId { get; private init; }

    /// <summary>0x and lower-case digits.</summary>
    public string Address { get; private init; } = "";

    /// <summary>key or contract.</summary>
    public string Kind { get; private init; } = "";

    public long ChainId { get; private init; }
    public string? Label { get; private set; }
    public bool IsPayout { get; private set; }
    public DateTimeOffset VerifiedAt { get; private init; }

    private UserWallet() { }

    public static string KeyOf(EthereumAddress address) => Hex.Data(address.ToBytes());

    public void Name(string? label) => Label = string.IsNullOrWhiteSpace(label) ? null : label.Trim();

    /// <summary>Earnings go here, or no longer. Null when that is so already.</summary>
    public PayoutWalletChanged? Pay(bool here, DateTimeOffset now)
    {
        if (IsPayout == here) return null;
        IsPayout = here;
        return new PayoutWalletChanged(UserId, here ? Spelled : null, now);
    }

    public WalletView View() => new(Spelled, Label, Kind, ChainId, IsPayout, VerifiedAt);

    private string Spelled => EthereumAddress.Parse(Address).ToString();
}
