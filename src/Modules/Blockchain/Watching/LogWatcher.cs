using EstoSpaces.Blockchain.Node;
using EstoSpaces.Kernel.Ethereum;

namespace EstoSpaces.Blockchain.Watching;

/// <summary>What the watcher tells, in order. Whoever keeps the books applies it and the new position in one database transaction.</summary>
public abstract record ChainChange
{
    /// <summary>The log is in a block with too few upon it: show it, act on nothing.</summary>
    public sealed record Seen(ChainLog Log, long BlockTime) : ChainChange;

    /// <summary>The block is deep enough: act, once.</summary>
    public sealed record Confirmed(ChainLog Log, long BlockTime) : ChainChange;

    /// <summary>A log that was seen is gone with its block; it may come back in another one.</summary>
    public sealed record Gone(ChainLog Log) : ChainChange;
}

/// <summary>A block that may still go, with the logs of ours in it.</summary>
public sealed record PendingBlock(BlockRef Ref, string Parent, long Time, IReadOnlyList<ChainLog> Logs);

/// <summary>How far the chain was read: Cursor is the newest confirmed block, Pending what follows it, oldest first.</summary>
public sealed record WatchPosition(BlockRef Cursor, long CursorTime, IReadOnlyList<PendingBlock> Pending);

/// <summary>One look at the chain. Lost: even the confirmed block is no longer of the chain; nothing was read, and nothing is undone by itself.</summary>
public sealed record WatchStep(WatchPosition Position, long Head, IReadOnlyList<ChainChange> Changes, string? Lost = null);

/// <summary>
/// Follows our contracts by looking again and again. Logs of new blocks are read by the block's hash, so that a reorg between two requests can't mix two forks; blocks that are deep enough already
/// are read by ranges. A look either answers all its changes with the position after them, or throws and nothing has moved.
/// </summary>
public sealed class LogWatcher(EthereumNode node, IReadOnlyList<EthereumAddress> contracts, int confirmations, int blocksInRange = 2_000)
{
    /// <summary>Ranges in one look: what was read is written down before more is read.</summary>
    private const int RangesInLook = 10;

    /// <summary>One look from a position. Throws <see cref="NodeUnavailableException"/>.</summary>
    public async Task<WatchStep> LookAsync(WatchPosition from, CancellationToken ct)
    {
        var changes = new List<ChainChange>();
        var (at, atTime, pending) = (from.Cursor, from.CursorTime, from.Pending.ToList());
        var head = await node.HeadAsync(ct);

        // Still the same chain under our feet?
        if (await node.BlockAsync(at.Number, ct) is not { } ground) return new WatchStep(from, head, []); // this node is behind the one that was asked before
        if (ground.Ref != at) return new WatchStep(from, head, [], $"block {at.Number} was {at.Hash} and is {ground.Ref.Hash} now");

        // Pending blocks that are on the chain no more go, newest first.
        while (pending.Count > 0 && (await node.BlockAsync(pending[^1].Ref.Number, ct))?.Ref != pending[^1].Ref)
        {
            changes.AddRange(pending[^1].Logs.Reverse().Select(l => new ChainChange.Gone(l)));
            pending.RemoveAt(pending.Count - 1);
        }

        // Far behind (we were away): what is deep by far needs no reading block by block.
        if (pending.Count > 0 && head - pending[^1].Ref.Number >= 2L * confirmations) Confirm(pending.Count);
        for (var range = 0; pending.Count == 0 && head - confirmations > at.Number && range < RangesInLook; range++)
        {
            var last = Math.Min(at.Number + blocksInRange, head - confirmations);
            if (await node.BlockAsync(last, ct) is not { } end) break;
            var logs = await node.LogsOfRangeAsync(at.Number + 1, last, contracts, ct);
            var times = new Dictionary<long, long> { [last] = end.Time };
            foreach (var number in logs.Select(l => l.Block.Number).Distinct())
                if (!times.ContainsKey(number) && await node.BlockAsync(number, ct) is { } block) times[number] = block.Time;
            if ((await node.BlockAsync(last, ct))?.Ref != end.Ref || logs.Any(l => !times.ContainsKey(l.Block.Number))) break; // it moved under the request
            changes.AddRange(logs.Select(l => new ChainChange.Confirmed(l, times[l.Block.Number])));
            (at, atTime) = (end.Ref, end.Time);
        }
        if (pending.Count == 0 && head - at.Number > confirmations + (long)blocksInRange) return new WatchStep(new WatchPosition(at, atTime, pending), head, changes);

        // New blocks one by one; each must name its parent. If one does not, or vanishes, the next look sorts it out.
        for (var parent = pending.Count > 0 ? pending[^1].Ref : at; parent.Number < head;)
        {
            if (await node.BlockAsync(parent.Number + 1, ct) is not { } next || next.Parent != parent.Hash) break;
            IReadOnlyList<ChainLog> logs;
            try { logs = await node.LogsOfBlockAsync(next.Ref.Hash, contracts, ct); }
            catch (NodeRefusedException) { break; } // replaced since the line above
            pending.Add(new PendingBlock(next.Ref, next.Parent, next.Time, logs));
            changes.AddRange(logs.Select(l => new ChainChange.Seen(l, next.Time)));
            parent = next.Ref;
        }

        // A block is one confirmation of itself.
        if (pending.Count > 0) Confirm(pending.Count(p => pending[^1].Ref.Number - p.Ref.Number + 1 >= confirmations));
        return new WatchStep(new WatchPosition(at, atTime, pending), head, changes);

        void Confirm(int count)
        {
            if (count == 0) return;
            foreach (var block in pending.Take(count)) changes.AddRange(block.Logs.Select(l => new ChainChange.Confirmed(l, block.Time)));
            (at, atTime) = (pending[count - 1].Ref, pending[count - 1].Time);
            pending.RemoveRange(0, count);
        }
    }
}
