using System.Globalization;
using System.Numerics;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Blockchain.Escrows;

/// <summary>
/// Moves escrows by what the chain says and by nothing else. All of it runs inside the transaction that writes down how far the chain was read. Sums of an escrow: what <see cref="EscrowCancelled"/> gave the guest and what
/// <see cref="EscrowSettled"/> gave guest, host and platform together are the total.
/// </summary>
public sealed class EscrowBook(OperatorOrders orders, ChainSettings settings, ILogger<EscrowBook> log)
{
    private static readonly DateTimeOffset Never = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A deposit is in a block that may still go.</summary>
    public async Task SeenAsync(NpgsqlConnection connection, EscrowFact.Funded fact, ChainLog at, DateTimeOffset time, List<IEvent> facts, CancellationToken ct)
    {
        if (await LockAsync(connection, fact.EscrowId, ct) is not { State: EscrowState.Awaited or EscrowState.Seen } row) return;
        await UpdateAsync(connection, row, "state = 'seen', deposit_hash = $2, deposit_block = $3, funded_at = $4", ct, at.TxHash, at.Block.Number, time);
        if (row.IsOurs) facts.Add(new EscrowSeen(row.Ref, at.TxHash, at.Block.Number, time));
    }

    /// <summary>Its block is gone. The wallet's transaction may come back in another.</summary>
    public async Task GoneAsync(NpgsqlConnection connection, EscrowFact.Funded fact, ChainLog at, List<IEvent> facts, CancellationToken ct)
    {
        if (await LockAsync(connection, fact.EscrowId, ct) is not { State: EscrowState.Seen } row) return;
        await UpdateAsync(connection, row, "state = 'awaited', deposit_hash = null, deposit_block = null, funded_at = null", ct);
        if (row.IsOurs) facts.Add(new EscrowGone(row.Ref, at.TxHash));
    }

    /// <summary>What is deep enough counts.</summary>
    public async Task ConfirmedAsync(NpgsqlConnection connection, EscrowFact fact, ChainLog at, DateTimeOffset time, List<IEvent> facts, CancellationToken ct)
    {
        if (fact is EscrowFact.Withdrawn left)
        {
            facts.Add(new EscrowWithdrawn(left.Payee.ToString(), left.To.ToString(), left.Amount.ToString(CultureInfo.InvariantCulture), at.TxHash, time));
            return;
        }
        var row = await LockAsync(connection, fact.EscrowId, ct);
        if (fact is EscrowFact.Funded funded)
        {
            if (row is null) await TakeStrayAsync(connection, funded, at, time, facts, ct);
            else if (row.State is EscrowState.Awaited or EscrowState.Seen)
            {
                await UpdateAsync(connection, row, "state = 'funded', deposit_hash = $2, deposit_block = $3, funded_at = $4", ct, at.TxHash, at.Block.Number, time);
                facts.Add(new EscrowConfirmed(row.Ref, at.TxHash, at.Block.Number, time));
            }
            return;
        }
        if (row is null or { State: EscrowState.Settled or EscrowState.Awaited }) return; // of before the contract was known
        await MoveAsync(connection, row, fact, at, time, facts, ct);
    }

    /// <summary>
    /// A development chain went back to before a confirmed deposit: the guest's wallet has its money again. To the product he has cancelled with everything given back; what was under way in the escrow is over. Nothing more is sent for it.
    /// </summary>
    public async Task LostAsync(NpgsqlConnection connection, EscrowFact.Funded fact, ChainLog at, DateTimeOffset now, List<IEvent> facts, CancellationToken ct)
    {
        await using (var command = connection.Sql("update operator_transactions set state = 'refused', reason = 'the development chain has lost the deposit', updated_at = $2 where escrow_id = $1 and state = 'queued'", fact.EscrowId, now))
            await command.ExecuteNonQueryAsync(ct);
        if (await LockAsync(connection, fact.EscrowId, ct) is not { State: EscrowState.Funded or EscrowState.Cancelled or EscrowState.Disputed } row) return;
        var whole = row.State is EscrowState.Funded;
        var (left, end, block) = (row.TotalMinor - (row.ToGuestMinor ?? 0), whole ? EscrowEnd.CancelledByGuest : EscrowEnd.GuestExited, at.Block.Number);
        await UpdateAsync(connection, row, "state = 'settled', ended = $2, to_guest_minor = $3, to_host_minor = 0, host_share_minor = 0", ct, Wire.Name(end), row.TotalMinor);
        if (!row.IsOurs) return;
        var when = row.FundedAt > now ? row.FundedAt.Value : now;
        if (whole) facts.Add(new EscrowCancelled(row.Ref, "guest", at.TxHash, block, when, left, 0));
        facts.Add(new EscrowSettled(row.Ref, end, at.TxHash, block, when, whole ? 0 : left, 0, 0));
    }

    private async Task MoveAsync(NpgsqlConnection connection, EscrowRow row, EscrowFact fact, ChainLog at, DateTimeOffset time, List<IEvent> facts, CancellationToken ct)
    {
        var given = row.ToGuestMinor ?? 0;
        switch (fact)
        {
            case EscrowFact.Cancelled cancelled:
                var (toGuest, toHost) = (Minor(row, cancelled.ToGuest), Minor(row, cancelled.ToHost));
                var byGuest = cancelled.By.ToString() == row.Guest;
                var (rest, over) = (row.TotalMinor - toGuest, byGuest || toGuest == row.TotalMinor);
                if (row.IsOurs) facts.Add(new EscrowCancelled(row.Ref, byGuest ? "guest" : "operator", at.TxHash, at.Block.Number, DateTimeOffset.FromUnixTimeSeconds(cancelled.CancelledAt), toGuest, over ? 0 : rest));
                if (over) await SettleAsync(connection, row, byGuest ? EscrowEnd.CancelledByGuest : EscrowEnd.Refunded, toGuest, 0, byGuest ? toHost : 0, byGuest ? rest - toHost : 0, at, time, facts, ct);
                else
                {
                    await UpdateAsync(connection, row, "state = 'cancelled', to_guest_minor = $2, host_share_minor = $3", ct, toGuest, toHost);
                    await PushAsync(connection, row, toGuest, 0, at, time, ct);
                }
                break;
            case EscrowFact.Disputed disputed:
                await UpdateAsync(connection, row, "state = 'disputed'", ct);
                if (row.IsOurs) facts.Add(new EscrowDisputed(row.Ref, disputed.By.ToString() == row.Guest ? "guest" : "operator", at.TxHash, time));
                break;
            case EscrowFact.Refunded refunded:
                await SettleAsync(connection, row, refunded.By.ToString() == row.Guest ? EscrowEnd.GuestExited : EscrowEnd.Refunded, given, Minor(row, refunded.ToGuest), 0, 0, at, time, facts, ct);
                break;
            case EscrowFact.Released released:
                await SettleAsync(connection, row, released.By.ToString() == row.Host ? EscrowEnd.HostClaimed : EscrowEnd.Released, given, 0, Minor(row, released.ToHost), Minor(row, released.Fee), at, time, facts, ct);
                break;
            case EscrowFact.Ruled ruled:
                await SettleAsync(connection, row, EscrowEnd.Ruled, given, Minor(row, ruled.ToGuest), Minor(row, ruled.ToHost), Minor(row, ruled.Fee), at, time, facts, ct);
                break;
        }
    }

    private async Task SettleAsync(NpgsqlConnection connection, EscrowRow row, EscrowEnd end, long givenBefore, long toGuest, long toHost, long toPlatform, ChainLog at, DateTimeOffset time, List<IEvent> facts, CancellationToken ct)
    {
        await UpdateAsync(connection, row, "state = 'settled', ended = $2, to_guest_minor = $3, to_host_minor = $4, host_share_minor = 0", ct, Wire.Name(end), givenBefore + toGuest, toHost);
        if (row.IsOurs) facts.Add(new EscrowSettled(row.Ref, end, at.TxHash, at.Block.Number, time, toGuest, toHost, toPlatform));
        await PushAsync(connection, row, givenBefore + toGuest, toHost, at, time, ct);
    }

    /// <summary>Orders what the contract owes now to be sent to guest and host. Once for each transaction that credited them; a payee who was faster makes it a refusal without harm.</summary>
    private async Task PushAsync(NpgsqlConnection connection, EscrowRow row, long toGuest, long toHost, ChainLog at, DateTimeOffset time, CancellationToken ct)
    {
        if (!settings.PushWithdrawals || !row.IsOurs) return;
        foreach (var (payee, amount) in ((string, long)[])[(row.Guest, toGuest), (row.Host, toHost)])
            if (amount > 0) await orders.AddAsync(connection, new Order($"withdraw:{at.TxHash}:{payee}", "withdraw_for", row.EscrowId, EthereumAddress.Parse(row.Contract), EscrowCalls.WithdrawFor(EthereumAddress.Parse(payee)), time), ct);
    }

    /// <summary>A deposit that belongs to nothing: kept on record as it came, and given back by the operator.</summary>
    private async Task TakeStrayAsync(NpgsqlConnection connection, EscrowFact.Funded fact, ChainLog at, DateTimeOffset time, List<IEvent> facts, CancellationToken ct)
    {
        var (words, guest) = (fact.Terms, fact.Guest.ToString());
        var (weiPerMinor, total) = (Abi.UInt(words, 5), Abi.UInt(words, 6));
        var amount = weiPerMinor * total;
        await using (var command = connection.Sql("""
            insert into escrows (escrow_id, chain_id, contract, terms, tiers, guest, host, wei_per_minor, amount_wei, total_minor, payout_minor, host_share_minor, pay_by, check_out, release_at, state, deposit_hash, deposit_block, funded_at, created_at)
            select $1, chain_id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, 'funded', $14, $15, $16, $16 from watch
            """, fact.EscrowId, at.Contract, words, fact.Tiers.SelectMany(Abi.Word).ToArray(), guest, Abi.Address(words, 4).ToString(), weiPerMinor, amount, Clip(total), Clip(Abi.UInt(words, 7)), Time(Abi.UInt(words, 8)),
            Time(Abi.UInt(words, 12)), Time(Abi.UInt(words, 13)), at.TxHash, at.Block.Number, time)) await command.ExecuteNonQueryAsync(ct);
        await orders.AddAsync(connection, new Order($"stray:{fact.EscrowId}", "refund", fact.EscrowId, EthereumAddress.Parse(at.Contract), EscrowCalls.Refund(words), time), ct);
        facts.Add(new StrayDepositSeen(fact.EscrowId, guest, amount.ToString(CultureInfo.InvariantCulture), at.TxHash, at.Block.Number));
        log.StrayDeposit(fact.EscrowId, guest, at.TxHash);
    }

    private static async Task<EscrowRow?> LockAsync(NpgsqlConnection connection, string escrowId, CancellationToken ct)
    {
        await using var command = connection.Sql($"select {EscrowRow.Columns} from escrows where escrow_id = $1 for update", escrowId);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? EscrowRow.Read(reader) : null;
    }

    private static async Task UpdateAsync(NpgsqlConnection connection, EscrowRow row, string set, CancellationToken ct, params object[] values)
    {
        await using var command = connection.Sql($"update escrows set {set} where escrow_id = $1", [row.EscrowId, .. values]);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Exact: the contract multiplies minor units by a whole number of wei.</summary>
    private static long Minor(EscrowRow row, BigInteger wei) => row.WeiPerMinor.IsZero ? 0 : Clip(wei / row.WeiPerMinor);

    /// <summary>Terms of strangers may say anything.</summary>
    private static long Clip(BigInteger value) => (long)BigInteger.Min(value, long.MaxValue);

    private static DateTimeOffset Time(BigInteger unixSeconds) => unixSeconds < Never.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds((long)unixSeconds) : Never;
}
