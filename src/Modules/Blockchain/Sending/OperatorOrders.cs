using System.Numerics;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Blockchain.Sending;

/// <summary>Something that the operator is to send once. Key names what for; NotBefore when the contract will let it.</summary>
public sealed record Order(string Key, string Kind, string? EscrowId, EthereumAddress To, byte[] Data, DateTimeOffset NotBefore);

/// <summary>An order on its way. Attempts are its signed versions, oldest first.</summary>
public sealed record OpenOrder(long Id, string Key, EthereumAddress To, byte[] Data, DateTimeOffset NotBefore, string State, int Tries, long? Nonce, long? Gas, Fees Fees, long? SentAtBlock, long? BlockNumber)
{
    public IReadOnlyList<SignedTransaction> Attempts { get; init; } = [];
}

/// <summary>The orders for the operator's key in the database: written with the fact that asks for them, sent by <see cref="OperatorSender"/>.</summary>
public sealed class OperatorOrders(NpgsqlDataSource source, ChainSettings settings, TimeProvider clock)
{
    /// <summary>Adds an order on a connection, inside its transaction; nothing happens when there is one under the key.</summary>
    public async Task AddAsync(NpgsqlConnection connection, Order order, CancellationToken ct)
    {
        await using var command = connection.Sql("""
            insert into operator_transactions (key, kind, escrow_id, chain_id, to_address, data, not_before, state, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $8) on conflict (key) do nothing
            """, order.Key, order.Kind, order.EscrowId, settings.ChainId, order.To.ToString(), order.Data, order.NotBefore.ToUniversalTime(), clock.GetUtcNow());
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task AddAsync(Order order, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await AddAsync(connection, order, ct);
    }

    /// <summary>Where an order stands; null when there is none under the key.</summary>
    public async Task<EscrowOrderView?> ViewAsync(string key, CancellationToken ct) =>
        (await source.QueryAsync("""
            select t.state, coalesce(mined_hash, (select hash from operator_attempts a where a.transaction_id = t.id order by attempt desc limit 1)), reason from operator_transactions t where key = $1
            """, [key], row => new EscrowOrderView(row.GetString(0) switch
        {
            "confirmed" => "done",
            "reverted" or "refused" => "failed",
            _ => "pending",
        }, row.Text(1), row.GetString(0) is "reverted" or "refused" ? row.Text(2) : null), ct)).SingleOrDefault();

    /// <summary>Everything that is due or on its way, in the order in which it goes.</summary>
    internal async Task<IReadOnlyList<OpenOrder>> OpenAsync(CancellationToken ct)
    {
        var open = await source.QueryAsync("""
            select id, key, to_address, data, not_before, state, tries, nonce, gas, coalesce(max_fee, 0), coalesce(tip, 0), sent_at_block, block_number from operator_transactions
            where state = 'sent' or (state = 'queued' and not_before <= $1) order by nonce nulls last, id limit 200
            """, [clock.GetUtcNow()], row => new OpenOrder(row.GetInt64(0), row.GetString(1), EthereumAddress.Parse(row.GetString(2)), row.GetFieldValue<byte[]>(3), row.GetFieldValue<DateTimeOffset>(4), row.GetString(5), row.GetInt32(6),
            row.Maybe<long>(7), row.Maybe<long>(8), new Fees(row.GetFieldValue<BigInteger>(9), row.GetFieldValue<BigInteger>(10)), row.Maybe<long>(11), row.Maybe<long>(12)), ct);
        if (open.All(o => o.Nonce is null)) return open;
        var attempts = await source.QueryAsync("select transaction_id, raw from operator_attempts a join operator_transactions t on t.id = a.transaction_id where t.state = 'sent' order by transaction_id, attempt", [],
            row => (Id: row.GetInt64(0), Signed: new SignedTransaction(row.GetFieldValue<byte[]>(1))), ct);
        var byId = attempts.ToLookup(a => a.Id, a => a.Signed);
        return open.ConvertAll(o => o with { Attempts = [.. byId[o.Id]] });
    }

    /// <summary>The next nonce of an account as far as we know: after the highest that we ever gave.</summary>
    internal async Task<long> NextNonceAsync(EthereumAddress from, CancellationToken ct) =>
        (await source.QueryAsync("select coalesce(max(nonce) + 1, 0) from operator_transactions where chain_id = $1 and from_address = $2", [settings.ChainId, from.ToString()], row => row.GetInt64(0), ct))[0];

    /// <summary>Keeps a signed version, before its first byte leaves.</summary>
    internal async Task SignedAsync(OpenOrder order, UnsignedTransaction unsigned, SignedTransaction signed, EthereumAddress from, long head, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using (var command = connection.Sql("update operator_transactions set state = 'sent', from_address = $2, nonce = $3, gas = $4, max_fee = $5, tip = $6, sent_at_block = $7, reason = null, updated_at = $8 where id = $1",
            order.Id, from.ToString(), unsigned.Nonce, unsigned.Gas, unsigned.Fees.Most, unsigned.Fees.Tip, head, now)) await command.ExecuteNonQueryAsync(ct);
        await using (var command = connection.Sql("insert into operator_attempts (transaction_id, attempt, raw, hash, created_at) values ($1, $2, $3, $4, $5)", order.Id, order.Attempts.Count + 1, signed.Raw, signed.Hash, now)) await command.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>In a block, or (null) in none any more.</summary>
    internal Task MinedAsync(OpenOrder order, Receipt? receipt, CancellationToken ct) =>
        source.ExecuteAsync("update operator_transactions set block_number = $2, mined_hash = $3, updated_at = $4 where id = $1", [order.Id, receipt?.Block.Number, receipt?.TxHash, clock.GetUtcNow()], ct);

    /// <summary>Over: confirmed, reverted or refused.</summary>
    internal Task EndAsync(OpenOrder order, string state, string? reason, CancellationToken ct) =>
        source.ExecuteAsync("update operator_transactions set state = $2, reason = $3, updated_at = $4 where id = $1", [order.Id, state, reason, clock.GetUtcNow()], ct);

    /// <summary>Not now: why, and whether it counts as a try.</summary>
    internal Task WaitAsync(OpenOrder order, string reason, bool counts, CancellationToken ct) =>
        source.ExecuteAsync("update operator_transactions set reason = $2, tries = tries + $3, updated_at = $4 where id = $1", [order.Id, reason, counts ? 1 : 0, clock.GetUtcNow()], ct);

    /// <summary>Its nonce went to somebody else for good: it begins anew.</summary>
    internal async Task StartAgainAsync(OpenOrder order, CancellationToken ct)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from operator_attempts where transaction_id = $1") { Parameters = { new() { Value = order.Id } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("update operator_transactions set state = 'queued', nonce = null, block_number = null, mined_hash = null where id = $1") { Parameters = { new() { Value = order.Id } } });
        await batch.ExecuteNonQueryAsync(ct);
    }
}
