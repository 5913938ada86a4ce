using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Blockchain.Watching;

/// <summary>Keeps how far the chain was read and what was read, and tells the product: each look is one database transaction, so that a restart anywhere neither loses nor repeats a fact.</summary>
public sealed class WatchBooks(NpgsqlDataSource source, EscrowBook escrows, OutboxSignal outbox, TimeProvider clock)
{
    public sealed record Row(long ChainId, string GenesisHash, string? Halted);

    public async Task<Row?> ReadAsync(CancellationToken ct) =>
        (await source.QueryAsync("select chain_id, genesis_hash, halted from watch", [], row => new Row(row.GetInt64(0), row.GetString(1), row.Text(2)), ct)).SingleOrDefault();

    /// <summary>Where the last look ended; null before the first.</summary>
    public async Task<WatchPosition?> PositionAsync(CancellationToken ct)
    {
        var cursor = (await source.QueryAsync("select cursor_number, cursor_hash, cursor_time from watch", [],
            row => (Ref: new BlockRef(row.GetInt64(0), row.GetString(1)), Time: row.GetFieldValue<DateTimeOffset>(2)), ct)).SingleOrDefault();
        if (cursor.Ref is null) return null;
        var logs = await source.QueryAsync("select l.block_number, l.block_hash, tx_hash, log_index, contract, topics, data from chain_logs l join pending_blocks p on p.hash = l.block_hash where l.state = 'seen' order by 1, 4", [],
            LogOf, ct);
        var pending = await source.QueryAsync("select number, hash, parent, block_time from pending_blocks order by number", [], row =>
        {
            var block = new BlockRef(row.GetInt64(0), row.GetString(1));
            return new PendingBlock(block, row.GetString(2), row.GetFieldValue<DateTimeOffset>(3).ToUnixTimeSeconds(), [.. logs.Where(l => l.Block == block)]);
        }, ct);
        return new WatchPosition(cursor.Ref, cursor.Time.ToUnixTimeSeconds(), pending);
    }

    /// <summary>Begins at a block: everything before it is none of ours.</summary>
    public Task BeginAsync(long chainId, string genesis, Block at, CancellationToken ct) => source.ExecuteAsync("""
        insert into watch (chain_id, genesis_hash, cursor_number, cursor_hash, cursor_time, head, looked_at) values ($1, $2, $3, $4, $5, $3, $6)
        on conflict (one) do update set chain_id = $1, genesis_hash = $2, cursor_number = $3, cursor_hash = $4, cursor_time = $5, head = $3, looked_at = $6, halted = null
        """, [chainId, genesis, at.Ref.Number, at.Ref.Hash, Time(at.Time), clock.GetUtcNow()], ct);

    /// <summary>
    /// A development chain that was put back to an older state, or begun anew: what it has no more is told as gone, a confirmed deposit as given back, and what the operator had sent since is sent again.
    /// Reading goes on from the newest block of ours that is still there. Answers how many deposits were only seen and how many were confirmed.
    /// </summary>
    public async Task<(long Block, int Seen, int Lost)> GoBackAsync(EthereumNode node, CancellationToken ct)
    {
        var genesis = await node.BlockAsync(0, ct) ?? throw new NodeUnavailableException("the node has no first block");
        var chainId = await node.ChainIdAsync(ct);
        var to = await ReadAsync(ct) is { } known && known.ChainId == chainId && known.GenesisHash == genesis.Ref.Hash ? await NewestLeftAsync(node, ct) ?? genesis : genesis;
        var logs = await source.QueryAsync("select block_number, block_hash, tx_hash, log_index, contract, topics, data, state from chain_logs where state <> 'gone' and (state = 'seen' or block_number > $1) order by 1 desc, 4 desc", [to.Ref.Number],
            row => (Log: LogOf(row), Seen: row.GetString(7) == "seen"), ct);
        var (now, facts, seen, lost) = (clock.GetUtcNow(), new List<IEvent>(), 0, 0);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var sql in (string[])
        [
            "delete from operator_attempts where transaction_id in (select id from operator_transactions where state = 'sent' or (nonce is not null and block_number > $1))",
            "update operator_transactions set state = 'queued', tries = 0, nonce = null, block_number = null, mined_hash = null, reason = null where state = 'sent' or (nonce is not null and block_number > $1)",
            "update chain_logs set state = 'gone' where state = 'seen' or block_number > $1",
        ])
        {
            await using var command = connection.Sql(sql, to.Ref.Number);
            await command.ExecuteNonQueryAsync(ct);
        }
        await using (var command = connection.Sql("delete from pending_blocks")) await command.ExecuteNonQueryAsync(ct);
        foreach (var (log, wasSeen) in logs)
        {
            if (EscrowFact.Of(log) is not EscrowFact.Funded deposit) continue;
            _ = wasSeen ? seen++ : lost++;
            if (wasSeen) await escrows.GoneAsync(connection, deposit, log, facts, ct);
            else await escrows.LostAsync(connection, deposit, log, now, facts, ct);
        }
        await using (var command = connection.Sql("""
            insert into watch (chain_id, genesis_hash, cursor_number, cursor_hash, cursor_time, head, looked_at) values ($1, $2, $3, $4, $5, $3, $6)
            on conflict (one) do update set chain_id = $1, genesis_hash = $2, cursor_number = $3, cursor_hash = $4, cursor_time = $5, head = $3, looked_at = $6, halted = null
            """, chainId, genesis.Ref.Hash, to.Ref.Number, to.Ref.Hash, Time(to.Time), now)) await command.ExecuteNonQueryAsync(ct);
        if (facts.Count > 0) await Outbox.InsertAsync(connection, facts, now, ct);
        await transaction.CommitAsync(ct);
        if (facts.Count > 0) outbox.Wake();
        return (to.Ref.Number, seen, lost);
    }

    /// <summary>The newest block with something confirmed of ours that the node still has.</summary>
    private async Task<Block?> NewestLeftAsync(EthereumNode node, CancellationToken ct)
    {
        foreach (var block in await source.QueryAsync("select distinct block_number, block_hash from chain_logs where state = 'confirmed' order by 1 desc", [], row => new BlockRef(row.GetInt64(0), row.GetString(1)), ct))
            if (await node.BlockAsync(block.Number, ct) is { } found && found.Ref == block) return found;
        return null;
    }

    private static ChainLog LogOf(NpgsqlDataReader row) =>
        new(new BlockRef(row.GetInt64(0), row.GetString(1)), row.GetString(2), row.GetInt32(3), row.GetString(4), row.GetFieldValue<string[]>(5), row.GetFieldValue<byte[]>(6));

    public Task HaltAsync(string why, CancellationToken ct) => source.ExecuteAsync("update watch set halted = $1", [why], ct);

    /// <summary>Writes a look down and tells what it means. Nothing is written when only time has passed and the head stayed.</summary>
    public async Task ApplyAsync(WatchPosition before, WatchStep step, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var facts = new List<IEvent>();
        foreach (var change in step.Changes)
        {
            switch (change)
            {
                case ChainChange.Seen seen:
                    await KeepAsync(connection, seen.Log, seen.BlockTime, "seen", ct);
                    if (EscrowFact.Of(seen.Log) is EscrowFact.Funded arriving) await escrows.SeenAsync(connection, arriving, seen.Log, Time(seen.BlockTime), facts, ct);
                    break;
                case ChainChange.Gone gone:
                    await using (var command = connection.Sql("update chain_logs set state = 'gone' where block_hash = $1 and log_index = $2 and state = 'seen'", gone.Log.Block.Hash, gone.Log.Index)) await command.ExecuteNonQueryAsync(ct);
                    if (EscrowFact.Of(gone.Log) is EscrowFact.Funded leaving) await escrows.GoneAsync(connection, leaving, gone.Log, facts, ct);
                    break;
                case ChainChange.Confirmed confirmed:
                    if (await KeepAsync(connection, confirmed.Log, confirmed.BlockTime, "confirmed", ct) && EscrowFact.Of(confirmed.Log) is { } fact)
                        await escrows.ConfirmedAsync(connection, fact, confirmed.Log, Time(confirmed.BlockTime), facts, ct);
                    break;
            }
        }
        await KeepBlocksAsync(connection, before, step.Position, ct);
        await using (var command = connection.Sql("update watch set cursor_number = $1, cursor_hash = $2, cursor_time = $3, head = $4, looked_at = $5",
            step.Position.Cursor.Number, step.Position.Cursor.Hash, Time(step.Position.CursorTime), step.Head, now)) await command.ExecuteNonQueryAsync(ct);
        if (facts.Count > 0) await Outbox.InsertAsync(connection, facts, now, ct);
        await transaction.CommitAsync(ct);
        if (facts.Count > 0) outbox.Wake();
    }

    /// <summary>False when this very log was confirmed before.</summary>
    private static async Task<bool> KeepAsync(NpgsqlConnection connection, ChainLog log, long blockTime, string state, CancellationToken ct)
    {
        var fact = EscrowFact.Of(log);
        await using var command = connection.Sql("""
            insert into chain_logs (block_number, block_hash, block_time, tx_hash, log_index, contract, topics, data, fact, escrow_id, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            on conflict (block_hash, log_index) do update set state = excluded.state where chain_logs.state <> 'confirmed'
            """, log.Block.Number, log.Block.Hash, Time(blockTime), log.TxHash, log.Index, log.Contract, log.Topics.ToArray(), log.Data, fact?.Name, fact is { EscrowId.Length: > 0 } ? fact.EscrowId : null, state);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    private static async Task KeepBlocksAsync(NpgsqlConnection connection, WatchPosition before, WatchPosition after, CancellationToken ct)
    {
        var (left, come) = (before.Pending.Select(p => p.Ref.Hash).Except(after.Pending.Select(p => p.Ref.Hash)).ToArray(), after.Pending.ExceptBy(before.Pending.Select(p => p.Ref.Hash), p => p.Ref.Hash).ToList());
        if (left.Length > 0)
        {
            await using var command = connection.Sql("delete from pending_blocks where hash = any($1)", (object)left);
            await command.ExecuteNonQueryAsync(ct);
        }
        if (come.Count == 0) return;
        await using var insert = connection.Sql("insert into pending_blocks (number, hash, parent, block_time) select * from unnest($1, $2, $3, $4)",
            come.Select(p => p.Ref.Number).ToArray(), come.Select(p => p.Ref.Hash).ToArray(), come.Select(p => p.Parent).ToArray(), come.Select(p => Time(p.Time)).ToArray());
        await insert.ExecuteNonQueryAsync(ct);
    }

    private static DateTimeOffset Time(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
}
