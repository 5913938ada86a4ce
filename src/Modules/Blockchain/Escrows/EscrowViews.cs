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

/// <summary>Shows an escrow to guest and host: where its money is, what can be done now, and every transaction about it.</summary>
public sealed class EscrowViews(NpgsqlDataSource source, ChainSettings settings, ChainLink link, TimeProvider clock)
{
    public async Task<EscrowView> ShowAsync(EscrowRow row, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var head = link.Head ?? row.DepositBlock ?? 0;
        var lapsed = row.State is EscrowState.Awaited && now > row.PayBy;
        var terms = row.Terms;
        return new EscrowView
        {
            EscrowId = row.EscrowId, PaymentId = row.PaymentId!.Value, BookingId = row.BookingId!.Value, State = lapsed ? EscrowState.Lapsed : row.State, End = row.End, ChainId = row.ChainId, Contract = row.Contract,
            GuestWallet = row.Guest, HostWallet = row.Host, Total = new Money(row.TotalMinor, row.Currency!), WeiPerMinor = Text(row.WeiPerMinor), EtherPrice = row.EtherPrice!, ValueWei = Text(row.AmountWei),
            Data = row.State is EscrowState.Awaited && !lapsed ? Hex.Data(EscrowCalls.Deposit(terms)) : null, PayBy = row.PayBy, ReleaseAt = row.ReleaseAt,
            Confirmations = row.State is EscrowState.Awaited ? 0 : row.State is EscrowState.Seen ? Depth(row.DepositBlock, head) : settings.Confirmations, ConfirmationsNeeded = settings.Confirmations,
            DepositHash = row.DepositHash, FundedAt = row.FundedAt, ToGuestMinor = row.ToGuestMinor, ToHostMinor = row.ToHostMinor,
            CancelData = row.State is EscrowState.Funded ? Hex.Data(EscrowCalls.Cancel(terms)) : null,
            DisputeData = row.State is EscrowState.Funded or EscrowState.Cancelled && now < row.ReleaseAt ? Hex.Data(EscrowCalls.Dispute(terms)) : null,
            Transactions = await TransactionsAsync(row, head, ct),
        };
    }

    private async Task<IReadOnlyList<EscrowTransaction>> TransactionsAsync(EscrowRow row, long head, CancellationToken ct)
    {
        // Its own logs, and where what it gave went: the next withdrawal of whom it credited, which takes all that the contract owes him. Later ones are of other bookings.
        var told = await source.QueryAsync("""
            with own as (select * from chain_logs where escrow_id = $1 and contract = $2),
            given as (select * from own where fact not in ('funded', 'disputed') and state <> 'gone'),
            payees as (select block_number, log_index, payee from given, unnest(case fact when 'released' then array[$4] when 'ruled' then array[$3, $4] else array[$3] end) as payee)
            select block_number, block_hash, block_time, tx_hash, log_index, contract, topics, data, state from own
            union all
            select distinct w.* from payees p cross join lateral (
                select l.block_number, l.block_hash, l.block_time, l.tx_hash, l.log_index, l.contract, l.topics, l.data, l.state from chain_logs l
                where l.fact = 'withdrawn' and l.contract = $2 and l.topics[2] = p.payee and l.state <> 'gone' and (l.block_number, l.log_index) > (p.block_number, p.log_index)
                order by l.block_number, l.log_index limit 1) w
            order by 1, 5
            """, [row.EscrowId, row.Contract, Topic(row.Guest), Topic(row.Host)], r => (Log: new ChainLog(new BlockRef(r.GetInt64(0), r.GetString(1)), r.GetString(3), r.GetInt32(4), r.GetString(5), r.GetFieldValue<string[]>(6), r.GetFieldValue<byte[]>(7)),
            At: r.GetFieldValue<DateTimeOffset>(2), State: r.GetString(8)), ct);
        var sent = await source.QueryAsync("""
            select t.kind, coalesce(t.mined_hash, (select hash from operator_attempts a where a.transaction_id = t.id order by attempt desc limit 1)), t.state, t.block_number, t.updated_at from operator_transactions t
            where t.escrow_id = $1 and t.state in ('sent', 'reverted') order by t.id
            """, [row.EscrowId], r => new EscrowTransaction(r.GetString(0), r.GetString(1), r.GetString(2) == "reverted" ? "failed" : "sent", r.Maybe<long>(3), 0, r.GetFieldValue<DateTimeOffset>(4)), ct);
        var all = new List<EscrowTransaction>();
        // A transaction that came back in another block is told by that one alone.
        foreach (var (log, at, state) in told.Where(t => t.State != "gone" || told.All(o => o.State == "gone" || o.Log.TxHash != t.Log.TxHash)))
        {
            if (EscrowFact.Of(log) is not { } fact) continue;
            var (kind, wei) = Meaning(fact, row);
            var depth = state == "gone" ? 0 : state == "confirmed" ? settings.Confirmations : Depth(log.Block.Number, head);
            all.Add(new EscrowTransaction(kind, log.TxHash, state, state == "gone" ? null : log.Block.Number, depth, at, wei is { } amount ? Text(amount) : null));
        }
        all.AddRange(sent.Where(s => all.All(a => a.Hash != s.Hash)));
        return all;
    }

    private static (string Kind, BigInteger? Wei) Meaning(EscrowFact fact, EscrowRow row) => fact switch
    {
        EscrowFact.Funded => ("deposit", row.AmountWei),
        EscrowFact.Cancelled cancelled => (cancelled.By.ToString() == row.Guest ? "cancel" : "cancel_for", cancelled.ToGuest),
        EscrowFact.Refunded refunded => (refunded.By.ToString() == row.Guest ? "guest_exit" : "refund", refunded.ToGuest),
        EscrowFact.Released released => (released.By.ToString() == row.Host ? "host_claim" : "release", released.ToHost),
        EscrowFact.Ruled ruled => ("rule", ruled.ToGuest),
        EscrowFact.Withdrawn withdrawn => (withdrawn.Payee.ToString() == row.Host ? "host_withdrawal" : "withdrawal", withdrawn.Amount),
        _ => ("dispute", null),
    };

    private int Depth(long? block, long head) => block is null ? 0 : (int)Math.Clamp(head - block.Value + 1, 0, settings.Confirmations);

    private static string Topic(string address) => Hex.Data(Abi.Word(EthereumAddress.Parse(address)));

    private static string Text(BigInteger wei) => wei.ToString(CultureInfo.InvariantCulture);
}
