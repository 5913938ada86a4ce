using System.Globalization;
using System.Numerics;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Blockchain.Escrows;

/// <summary>Asks the contract what it holds, at the last confirmed block and by that block's hash: the side of the ledger that nobody here can write.</summary>
public sealed class EscrowBooksReader(NpgsqlDataSource source, ChainSettings settings, ChainLink link)
{
    private const int CallsInBatch = 100;

    private sealed record Position(BlockRef Block, DateTimeOffset At, string? EscrowId, PaymentId? PaymentId, BigInteger WeiPerMinor);

    /// <summary>Throws <see cref="NodeUnavailableException"/> and <see cref="NodeRefusedException"/> (the node has forgotten the state of that block: ask again after the next).</summary>
    public async Task<Result<EscrowBooks>> ReadAsync(CancellationToken ct)
    {
        if (link.Live is not { } chain) return BlockchainRefusals.Off(link.Off ?? "the chain is being looked for");
        // One statement: the cursor and what was open then.
        var rows = await source.QueryAsync("""
            select cursor_number, cursor_hash, cursor_time, e.escrow_id, e.payment_id, coalesce(e.wei_per_minor, 0) from watch left join escrows e on e.contract = $1 and e.state in ('funded', 'cancelled', 'disputed') order by e.escrow_id
            """, [chain.Escrow.ToString()], row => new Position(new BlockRef(row.GetInt64(0), row.GetString(1)), row.GetFieldValue<DateTimeOffset>(2), row.Text(3), row.Maybe<Guid>(4) is { } id ? new PaymentId(id) : null, row.GetFieldValue<BigInteger>(5)), ct);
        if (rows.Count == 0) return BlockchainRefusals.Off("the chain was not read yet");
        var (block, at) = (rows[0].Block, rows[0].At);
        // A development node that was started again has only its newest state; that is the one of the block when nothing of ours came after it.
        object when = settings.Development && await NothingSinceAsync(ct) ? "latest" : new Dictionary<string, object?> { ["blockHash"] = block.Hash };
        var sums = await chain.Node.Rpc.BatchAsync([("eth_getBalance", [EthereumNode.Text(chain.Escrow), when]), Call(EscrowCalls.TotalEscrowed), Call(EscrowCalls.TotalCredits)], ct);
        var open = new List<EscrowBalance>();
        foreach (var part in rows.Where(r => r.EscrowId is not null).Chunk(CallsInBatch))
        {
            var answers = await chain.Node.Rpc.BatchAsync([.. part.Select(p => Call(EscrowCalls.Escrow(p.EscrowId!)))], ct);
            open.AddRange(part.Zip(answers, (row, answer) => new EscrowBalance(row.EscrowId!, row.PaymentId, Text(Abi.UInt(Hex.Bytes(answer.GetString()!), 0)), Text(row.WeiPerMinor))));
        }
        return new EscrowBooks(block.Number, at, Text(Hex.Number(sums[0].GetString()!)), Text(Abi.UInt(Hex.Bytes(sums[1].GetString()!), 0)), Text(Abi.UInt(Hex.Bytes(sums[2].GetString()!), 0)), open);

        (string, object?[]) Call(byte[] data) => ("eth_call", [new Dictionary<string, object?> { ["to"] = EthereumNode.Text(chain.Escrow), ["data"] = Hex.Data(data) }, when]);
    }

    private async Task<bool> NothingSinceAsync(CancellationToken ct) => (await source.QueryAsync("select 1 from chain_logs where state = 'seen' limit 1", [], row => row.GetInt32(0), ct)).Count == 0;

    private static string Text(BigInteger wei) => wei.ToString(CultureInfo.InvariantCulture);
}
