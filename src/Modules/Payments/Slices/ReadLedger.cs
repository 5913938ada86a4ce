using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Payments.Slices;

/// <summary>An admin reads the balances of the ledger; a service asks whether the ledger and what it tells of agree.</summary>
public static class ReadLedger
{
    /// <summary>A credit balance (what we owe, what we earned) is below zero.</summary>
    public sealed record Balance(string Account, Money Amount);

    public sealed record Balances(IReadOnlyList<Balance> Data);

    /// <summary>Differences names each payment, refund or booking whose rows and ledger do not agree.</summary>
    public sealed record Check(bool Balanced, long Transactions, IReadOnlyList<string> Differences);

    public static void MapAdmin(RouteGroupBuilder ledger) => ledger.MapGet("/balances", BalancesAsync).WithName("ReadLedgerBalances").Produces<Balances>();

    public static void MapInternal(RouteGroupBuilder door) => door.MapGet("/ledger/check", CheckAsync);

    private static async Task<IResult> BalancesAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        // A host's own account is one of many: they are summed.
        var rows = await source.QueryAsync("""
            select case when account like 'host\_payable:%' then 'host_payable' else account end as name, currency, sum(amount_minor)::bigint
            from ledger_entries group by name, currency order by name, currency
            """, [], row => new Balance(row.GetString(0), new Money(row.GetInt64(2), row.GetString(1))), ct);
        return TypedResults.Ok(new Balances(rows));
    }

    private static async Task<IResult> CheckAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        var differences = await source.QueryAsync("""
            select * from (
                select 'transaction ' || transaction_id || ' does not balance in ' || currency from ledger_entries group by transaction_id, currency having sum(amount_minor) <> 0
                union all
                select 'transaction ' || t.id || ' has no entries' from ledger_transactions t where not exists (select from ledger_entries e where e.transaction_id = t.id)
                union all
                select 'payment ' || p.id || ' is paid but its receipt is not booked once and whole' from payments p where p.succeeded_at is not null
                    and (select coalesce(sum(e.amount_minor), 0) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
                        where t.reference = 'payment_received:' || p.id and e.account = 'clearing:' || p.provider) <> p.amount_minor
                union all
                select 'payment ' || p.id || ' is booked as received but not paid' from payments p
                    where p.succeeded_at is null and exists (select from ledger_transactions t where t.reference = 'payment_received:' || p.id)
                union all
                select 'payment ' || p.id || ' has no invoice' from payments p where p.succeeded_at is not null and not exists (select from invoices i where i.payment_id = p.id and i.kind = 'invoice')
                union all
                select 'booking ' || b.booking_id || ' was charged more than once' from payments b where b.succeeded_at is not null and b.refunded_minor < b.amount_minor group by b.booking_id having count(*) > 1
                union all
                select 'payment ' || p.id || ': refunds of ' || p.refunded_minor || ' are not what the ledger has paid back' from payments p where p.succeeded_at is not null
                    and (select coalesce(-sum(e.amount_minor), 0) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
                        where t.payment_id = p.id and t.rule in ('refund_paid', 'refund_bounced') and e.account = 'clearing:' || p.provider) <> p.refunded_minor
                union all
                select 'payment ' || p.id || ': reserved refunds differ from its refunds' from payments p
                    where p.refund_reserved_minor <> (select coalesce(sum(r.amount_minor), 0) from refunds r where r.payment_id = p.id)
                union all
                select 'booking ' || p.booking_id || ' is settled but still holds money' from payments p where p.settled_at is not null
                    and (select coalesce(sum(e.amount_minor), 0) from ledger_transactions t join ledger_entries e on e.transaction_id = t.id
                        where t.payment_id = p.id and e.account = 'guest_funds_held') <> 0
                union all
                select 'invoices of ' || kind || ' ' || year || ' have a gap' from invoices group by kind, year having count(*) <> max(sequence)
            ) as found (what) limit 200
            """, [], row => row.GetString(0), ct);
        var transactions = await source.QueryAsync("select count(*) from ledger_transactions", [], row => row.GetInt64(0), ct);
        return TypedResults.Ok(new Check(differences.Count == 0, transactions[0], differences));
    }
}
