using EstoSpaces.Contracts;
using EstoSpaces.Payments.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments.Ethereum;

/// <summary>What the contract did with an escrow in one step, in minor units. Difference says how it was not what the product had reckoned.</summary>
public sealed record EscrowOutcome(PaymentId PaymentId, string Step, string By, string TxHash, DateTimeOffset At, long ToGuestMinor, long ToHostMinor, long ToPlatformMinor, string? Difference);

/// <summary>Notes what the contract did, once for each step, and asks the ledger what an escrow should hold. Part of the transaction that is open.</summary>
public sealed class EscrowOutcomes(PaymentsDb db, TimeProvider clock, ILogger<EscrowOutcomes> log)
{
    /// <summary>False when the step was noted before.</summary>
    public async Task<bool> AddAsync(EscrowOutcome step, CancellationToken ct)
    {
        var isNew = await db.Database.ExecuteSqlAsync($"""
            insert into escrow_outcomes (payment_id, step, by_whom, tx_hash, at, to_guest_minor, to_host_minor, to_platform_minor, difference, heard_at)
            values ({step.PaymentId.Value}, {step.Step}, {step.By}, {step.TxHash}, {step.At.ToUniversalTime()}, {step.ToGuestMinor}, {step.ToHostMinor}, {step.ToPlatformMinor}, {step.Difference}, {clock.GetUtcNow()})
            on conflict do nothing
            """, ct) == 1;
        if (isNew && step.Difference is { } difference) log.EscrowDiffers(step.PaymentId, difference);
        return isNew;
    }

    /// <summary>What of a payment lies in escrow by the ledger.</summary>
    public Task<long> InEscrowAsync(PaymentId id, CancellationToken ct) => SumAsync(id, Accounts.Clearing(EthereumPayments.ProviderName), null, ct);

    /// <summary>What settling the stay gave to the host.</summary>
    public async Task<long> HostOwedAsync(Payment payment, CancellationToken ct) => -await SumAsync(payment.Id, Accounts.HostPayable(payment.HostId), Wire.Name(PostingRule.StaySettled), ct);

    private Task<long> SumAsync(PaymentId id, string account, string? rule, CancellationToken ct) => db.Database.SqlQuery<long>($"""
        select coalesce(sum(e.amount_minor), 0)::bigint as "Value" from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
        where t.payment_id = {id.Value} and e.account = {account} and ({rule}::text is null or t.rule = {rule})
        """).SingleAsync(ct);
}
