using System.Globalization;
using System.Numerics;
using System.Text.Json;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Node;

/// <summary>A block, named so that it can't be mistaken for another of the same height.</summary>
public sealed record BlockRef(long Number, string Hash);

/// <summary>A block's head. Time in Unix seconds.</summary>
public sealed record Block(BlockRef Ref, string Parent, long Time, BigInteger BaseFee);

/// <summary>A log as the node tells it: Index within its block, Data the words that are not indexed.</summary>
public sealed record ChainLog(BlockRef Block, string TxHash, int Index, string Contract, IReadOnlyList<string> Topics, byte[] Data);

/// <summary>What became of a mined transaction.</summary>
public sealed record Receipt(string TxHash, BlockRef Block, bool Succeeded, long GasUsed, string? Contract);

/// <summary>What a node is asked, typed. Addresses go out in lower case, numbers as quantities.</summary>
public sealed class EthereumNode(JsonRpc rpc)
{
    public JsonRpc Rpc => rpc;

    public async Task<long> ChainIdAsync(CancellationToken ct) => Long(await rpc.CallAsync("eth_chainId", [], ct));

    public async Task<long> HeadAsync(CancellationToken ct) => Long(await rpc.CallAsync("eth_blockNumber", [], ct));

    /// <summary>Null when the node has no such block (yet).</summary>
    public Task<Block?> BlockAsync(long number, CancellationToken ct) => BlockAsync(Hex.Quantity(number), ct);

    public async Task<Block> LatestAsync(CancellationToken ct) => await BlockAsync("latest", ct) ?? throw new NodeUnavailableException("the node has no block");

    /// <summary>The logs of one block by its hash: a node that has lost the block says so, instead of answering none.</summary>
    public Task<IReadOnlyList<ChainLog>> LogsOfBlockAsync(string blockHash, IReadOnlyList<EthereumAddress> contracts, CancellationToken ct) =>
        LogsAsync(new Dictionary<string, object?> { ["blockHash"] = blockHash }, contracts, ct);

    /// <summary>The logs of a range of blocks. Missing blocks have none: only for what is deep enough already.</summary>
    public Task<IReadOnlyList<ChainLog>> LogsOfRangeAsync(long from, long to, IReadOnlyList<EthereumAddress> contracts, CancellationToken ct) =>
        LogsAsync(new Dictionary<string, object?> { ["fromBlock"] = Hex.Quantity(from), ["toBlock"] = Hex.Quantity(to) }, contracts, ct);

    public async Task<BigInteger> BalanceAsync(EthereumAddress address, CancellationToken ct) => Number(await rpc.CallAsync("eth_getBalance", [Text(address), "latest"], ct));

    public async Task<byte[]> CodeAsync(EthereumAddress address, CancellationToken ct) => Bytes(await rpc.CallAsync("eth_getCode", [Text(address), "latest"], ct));

    /// <summary>Asks a contract without a transaction. Block: a tag, a quantity, or null for the newest.</summary>
    public async Task<byte[]> CallAsync(EthereumAddress to, byte[] data, CancellationToken ct, object? block = null) => Bytes(await rpc.CallAsync("eth_call", [CallOf(null, to, data), block ?? "latest"], ct));

    /// <summary>Null while the transaction is in no block of the chain.</summary>
    public async Task<Receipt?> ReceiptAsync(string txHash, CancellationToken ct)
    {
        var receipt = await rpc.CallAsync("eth_getTransactionReceipt", [txHash], ct);
        if (receipt.ValueKind != JsonValueKind.Object) return null;
        var contract = receipt.TryGetProperty("contractAddress", out var made) && made.ValueKind == JsonValueKind.String ? made.GetString() : null;
        return new Receipt(txHash, new BlockRef(Long(receipt.GetProperty("blockNumber")), receipt.GetProperty("blockHash").GetString()!), receipt.GetProperty("status").GetString() == "0x1", Long(receipt.GetProperty("gasUsed")), contract);
    }

    /// <summary>The transaction as the node knows it, also before it is mined; null when it doesn't.</summary>
    public async Task<JsonElement?> TransactionAsync(string txHash, CancellationToken ct) =>
        await rpc.CallAsync("eth_getTransactionByHash", [txHash], ct) is { ValueKind: JsonValueKind.Object } found ? found : null;

    /// <summary>How many transactions of an account are in the newest block's past: the next nonce that can be mined.</summary>
    public async Task<long> MinedCountAsync(EthereumAddress account, CancellationToken ct) => Long(await rpc.CallAsync("eth_getTransactionCount", [Text(account), "latest"], ct));

    /// <summary>Gas for a transaction as if it were mined now. Throws <see cref="NodeRefusedException"/> when it would revert.</summary>
    public async Task<long> EstimateAsync(EthereumAddress from, EthereumAddress? to, byte[] data, CancellationToken ct) => Long(await rpc.CallAsync("eth_estimateGas", [CallOf(from, to, data)], ct));

    /// <summary>What a transaction should offer now: twice the base fee, so that six full blocks in a row can't price it out, and a tip of at least 0.1 gwei.</summary>
    public async Task<Fees> FeesAsync(CancellationToken ct)
    {
        var answers = await rpc.BatchAsync([("eth_getBlockByNumber", ["latest", false]), ("eth_maxPriorityFeePerGas", [])], ct);
        var tip = BigInteger.Max(100_000_000, Number(answers[1]));
        return new Fees((2 * Number(answers[0].GetProperty("baseFeePerGas"))) + tip, tip);
    }

    public Task SendAsync(byte[] raw, CancellationToken ct) => rpc.CallAsync("eth_sendRawTransaction", [Hex.Data(raw)], ct);

    internal static string Text(EthereumAddress address) => Hex.Data(address.ToBytes());

    private async Task<Block?> BlockAsync(string which, CancellationToken ct)
    {
        var block = await rpc.CallAsync("eth_getBlockByNumber", [which, false], ct);
        return block.ValueKind != JsonValueKind.Object ? null : new Block(new BlockRef(Long(block.GetProperty("number")), block.GetProperty("hash").GetString()!), block.GetProperty("parentHash").GetString()!,
            Long(block.GetProperty("timestamp")), block.TryGetProperty("baseFeePerGas", out var fee) ? Number(fee) : BigInteger.Zero);
    }

    private async Task<IReadOnlyList<ChainLog>> LogsAsync(Dictionary<string, object?> filter, IReadOnlyList<EthereumAddress> contracts, CancellationToken ct)
    {
        filter["address"] = contracts.Select(Text).ToArray();
        var logs = await rpc.CallAsync("eth_getLogs", [filter], ct);
        return [.. logs.EnumerateArray().Where(l => !l.TryGetProperty("removed", out var removed) || removed.ValueKind != JsonValueKind.True).Select(LogOf).OrderBy(l => l.Block.Number).ThenBy(l => l.Index)];
    }

    private static ChainLog LogOf(JsonElement log) => new(
        new BlockRef(Long(log.GetProperty("blockNumber")), log.GetProperty("blockHash").GetString()!), log.GetProperty("transactionHash").GetString()!, (int)Long(log.GetProperty("logIndex")),
        EthereumAddress.Parse(log.GetProperty("address").GetString()!.ToLowerInvariant()).ToString(), [.. log.GetProperty("topics").EnumerateArray().Select(t => t.GetString()!)], Bytes(log.GetProperty("data")));

    private static Dictionary<string, object?> CallOf(EthereumAddress? from, EthereumAddress? to, byte[] data)
    {
        var call = new Dictionary<string, object?> { ["data"] = Hex.Data(data) };
        if (from is { } sender) call["from"] = Text(sender);
        if (to is { } contract) call["to"] = Text(contract);
        return call;
    }

    private static long Long(JsonElement quantity) => checked((long)Hex.UInt64(quantity.GetString()!));
    private static BigInteger Number(JsonElement quantity) => Hex.Number(quantity.GetString()!);
    private static byte[] Bytes(JsonElement data) => Hex.Bytes(data.GetString()!);
}

/// <summary>Wei per gas: the most that a transaction pays, and what of it goes to whoever mines.</summary>
public readonly record struct Fees(BigInteger Most, BigInteger Tip)
{
    /// <summary>At least an eighth more than another offer: nodes want ten percent on both before they replace.</summary>
    public Fees Above(Fees other) => new(BigInteger.Max(Most, (other.Most * 9 / 8) + 1), BigInteger.Max(Tip, (other.Tip * 9 / 8) + 1));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Most} wei per gas, {Tip} of it as a tip");
}
