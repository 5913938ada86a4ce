using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Development;

/// <summary>Who is who among the unlocked accounts of a development node, in the node's order. Their keys are in every tutorial: worth nothing anywhere else.</summary>
public sealed class DevelopmentAccounts(IReadOnlyList<EthereumAddress> accounts)
{
    /// <summary>The platform's five, and one wallet at least to pay from.</summary>
    public const int Needed = 6;

    public EthereumAddress Admin => accounts[0];
    public EthereumAddress Operator => accounts[1];
    public EthereumAddress Arbiter => accounts[2];
    public EthereumAddress Pauser => accounts[3];
    public EthereumAddress Treasury => accounts[4];

    /// <summary>Wallets that a person may pay from, or be paid to, without having one.</summary>
    public IReadOnlyList<EthereumAddress> Wallets => [.. accounts.Skip(Needed - 1)];
}
