using EstoSpaces.Blockchain.Development;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Blockchain.Watching;

/// <summary>Looks at the configured node and says whether it may be trusted with money: the right chain, the right code at the right addresses, a signer with the operator's role. On a development chain it deploys what is missing.</summary>
public sealed class ChainFinder(ChainSettings settings, NpgsqlDataSource source, WatchBooks books, IHttpClientFactory clients, TimeProvider clock, ILogger<ChainFinder> log)
{
    /// <summary>Name of the HTTP client for nodes and signers.</summary>
    public const string ClientName = "ethereum";

    /// <summary>Why wallet payment stays off. Danger: a person must look; else it is just not set up, or not there yet.</summary>
    public sealed record No(string Why, bool Danger = false);

    /// <summary>The chain, or why not. Throws <see cref="NodeUnavailableException"/> when the node can't be asked. Leads: this process may write to chain and database.</summary>
    public async Task<(LiveChain? Live, No? No)> FindAsync(bool leads, CancellationToken ct)
    {
        if (settings.RpcUrl is null) return (null, new No(ChainLink.NoNode(settings)));
        var node = new EthereumNode(new JsonRpc(clients.CreateClient(ClientName), settings.RpcUrl));
        var chainId = await node.ChainIdAsync(ct);
        if (chainId != settings.ChainId) return (null, new No($"the node is of chain {chainId}, and ETH_CHAIN_ID is {settings.ChainId}", Danger: true));
        var genesis = await node.BlockAsync(0, ct) ?? throw new NodeUnavailableException("the node has no first block");
        var known = await books.ReadAsync(ct);
        if (known is not null && (known.ChainId != chainId || known.GenesisHash != genesis.Ref.Hash))
        {
            if (!settings.Development) return (null, new No($"the node's chain begins with {genesis.Ref.Hash}, the one that was followed until now with {known.GenesisHash} (chain {known.ChainId})", Danger: true));
            if (!leads) return (null, new No("the development chain is another one than before"));
            var (_, seen, lost) = await books.GoBackAsync(node, ct);
            log.ChainIsNew(seen, lost);
        }
        if (known?.Halted is { } halted && !settings.Development) return (null, new No("reading was halted: " + halted, Danger: true));
        var accounts = settings.Development ? await AccountsAsync(node, ct) : [];
        var (escrow, registry, no) = settings.Escrow is { } named ? await ConfiguredAsync(node, named, ct) : await OwnAsync(node, accounts, leads, ct);
        if (no is not null) return (null, no);
        if (SignerOf(node, accounts) is not { } signer) return (null, new No("nobody signs for the operator: set ETH_SIGNER_URL and ETH_OPERATOR", Danger: true));
        if (Abi.UInt(await node.CallAsync(escrow!.Value, Abi.Call("hasRole(bytes32,address)", Keccak256.Hash("OPERATOR_ROLE"), Abi.Word(signer.Address)), ct), 0).IsZero)
            return (null, new No($"{signer.Address} is no operator of the escrow contract at {escrow}", Danger: true));
        return (new LiveChain(node, escrow.Value, registry, signer, accounts), null);
    }

    /// <summary>Contracts that somebody deployed and named in the settings.</summary>
    private async Task<(EthereumAddress? Escrow, EthereumAddress? Registry, No? No)> ConfiguredAsync(EthereumNode node, EthereumAddress escrow, CancellationToken ct)
    {
        if (!ContractCode.RentalEscrow.IsAt(await node.CodeAsync(escrow, ct))) return (null, null, new No($"the code at ESCROW_ADDRESS {escrow} is not that of this version's escrow contract", Danger: true));
        if (settings.Registry is { } registry && !ContractCode.PropertyRegistry.IsAt(await node.CodeAsync(registry, ct)))
            return (null, null, new No($"the code at REGISTRY_ADDRESS {registry} is not that of this version's property registry", Danger: true));
        return (escrow, settings.Registry, null);
    }

    /// <summary>The contracts that this product deployed on its development chain, deployed now when they are not there.</summary>
    private async Task<(EthereumAddress? Escrow, EthereumAddress? Registry, No? No)> OwnAsync(EthereumNode node, IReadOnlyList<EthereumAddress> accounts, bool leads, CancellationToken ct)
    {
        if (!settings.Development) return (null, null, new No("ESCROW_ADDRESS is not set"));
        var escrow = await InUseAsync(node, ContractCode.RentalEscrow, ct);
        var registry = await InUseAsync(node, ContractCode.PropertyRegistry, ct);
        if (escrow is not null && registry is not null) return (escrow, registry, null);
        if (accounts.Count < DevelopmentAccounts.Needed) return (null, null, new No("the development node has no unlocked accounts to deploy with"));
        if (!leads) return (null, null, new No("the contracts are being deployed"));
        var who = new DevelopmentAccounts(accounts);
        // Each only if it is missing: its address follows from how much was deployed before it.
        escrow ??= await DeployAsync(node, ContractCode.RentalEscrow, who.Admin, [Abi.Word(who.Admin), Abi.Word(who.Operator), Abi.Word(who.Arbiter), Abi.Word(who.Pauser), Abi.Word(who.Treasury)], ct);
        registry ??= await DeployAsync(node, ContractCode.PropertyRegistry, who.Admin, [Abi.Word(who.Admin), Abi.Word(who.Operator)], ct);
        return (escrow, registry, null);
    }

    private async Task<EthereumAddress?> InUseAsync(EthereumNode node, ContractCode code, CancellationToken ct)
    {
        var rows = await source.QueryAsync("select address from contracts where chain_id = $1 and name = $2 and in_use", [settings.ChainId, code.Name], row => EthereumAddress.Parse(row.GetString(0)), ct);
        return rows is [var address] && code.IsAt(await node.CodeAsync(address, ct)) ? address : null;
    }

    private async Task<EthereumAddress> DeployAsync(EthereumNode node, ContractCode code, EthereumAddress from, byte[][] arguments, CancellationToken ct)
    {
        var sent = await node.Rpc.CallAsync("eth_sendTransaction", [new Dictionary<string, object?> { ["from"] = EthereumNode.Text(from), ["data"] = Hex.Data([.. code.Creation, .. Abi.Pack(arguments)]) }], ct);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        Receipt? receipt;
        for (var looks = 0; (receipt = await node.ReceiptAsync(sent.GetString()!, ct)) is null; looks++)
        {
            if (looks == 500) throw new NodeUnavailableException("the development node does not mine");
            await tick.WaitForNextTickAsync(ct);
        }
        if (!receipt.Succeeded) throw new NodeUnavailableException($"{code.Name} could not be deployed");
        var address = EthereumAddress.Parse(receipt.Contract!.ToLowerInvariant());
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("update contracts set in_use = false where chain_id = $1 and name = $2 and in_use") { Parameters = { new() { Value = settings.ChainId }, new() { Value = code.Name } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            insert into contracts (address, chain_id, name, deployed_block, created_at) values ($1, $2, $3, $4, $5) on conflict (address) do update set in_use = true, name = excluded.name, deployed_block = excluded.deployed_block
            """)
        { Parameters = { new() { Value = address.ToString() }, new() { Value = settings.ChainId }, new() { Value = code.Name }, new() { Value = receipt.Block.Number }, new() { Value = clock.GetUtcNow() } } });
        await batch.ExecuteNonQueryAsync(ct);
        log.Deployed(code.Name, address.ToString(), receipt.Block.Number);
        return address;
    }

    private ITransactionSigner? SignerOf(EthereumNode node, IReadOnlyList<EthereumAddress> accounts)
    {
        if (settings.SignerUrl is { } url && settings.Operator is { } named) return new RemoteSigner(new JsonRpc(clients.CreateClient(ClientName), url), named);
        if (settings.OperatorKey is { } key) return new KeySigner(key);
        return accounts.Count < DevelopmentAccounts.Needed ? null : new RemoteSigner(node.Rpc, new DevelopmentAccounts(accounts).Operator);
    }

    private static async Task<IReadOnlyList<EthereumAddress>> AccountsAsync(EthereumNode node, CancellationToken ct) =>
        [.. (await node.Rpc.CallAsync("eth_accounts", [], ct)).EnumerateArray().Select(a => EthereumAddress.Parse(a.GetString()!.ToLowerInvariant()))];
}
