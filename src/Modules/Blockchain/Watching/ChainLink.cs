using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Watching;

/// <summary>A chain that was looked at and found right: its node, our contracts on it, and who signs. Accounts: the unlocked ones of a development node, else none.</summary>
public sealed record LiveChain(EthereumNode Node, EthereumAddress Escrow, EthereumAddress? Registry, ITransactionSigner Signer, IReadOnlyList<EthereumAddress> Accounts);

/// <summary>What this process knows of the chain now. Written by <see cref="WatchChain"/>, read by everybody.</summary>
public sealed class ChainLink(ChainSettings settings)
{
    private volatile State state = new(null, settings.RpcUrl is null ? NoNode(settings) : "the node was not asked yet", null);

    /// <summary>Development starts a node of its own when its program is there.</summary>
    internal static string NoNode(ChainSettings settings) => settings.Production ? "no node is configured (ETH_RPC_URL)" : "there is no node: ETH_RPC_URL is not set, and anvil was not found (npm ci installs it on Linux; EMBEDDED_CHAIN names another) or is turned off";

    private sealed record State(LiveChain? Live, string? Off, long? Head);

    /// <summary>Null while wallet payment is off.</summary>
    public LiveChain? Live => state.Live;

    /// <summary>Why it is off; null while it is on.</summary>
    public string? Off => state.Off;

    public long? Head => state.Head;

    public ChainStatus Status
    {
        get
        {
            var now = state;
            return new ChainStatus(now.Live is not null, settings.ChainId, settings.Network, now.Live?.Escrow.ToString(), now.Live?.Registry?.ToString(), settings.Confirmations, now.Head, now.Off, settings.ExplorerUrl,
                settings.Development && now.Live is { Accounts.Count: > 0 });
        }
    }

    /// <summary>The chain was looked at and is right.</summary>
    public void TurnOn(LiveChain live) => state = new State(live, null, state.Head);

    public void TurnOff(string why) => state = new State(null, why, state.Head);

    public void At(long head) => state = state with { Head = head };
}
