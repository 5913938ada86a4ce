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
            with booked as (
                select t.payment_id, sum(e.amount_minor) filter (where t.rule = 'payment_received' and e.account like 'clearing:%') as received, count(*) filter (where t.rule = 'payment_received') as receipts,
                    coalesce(-sum(e.amount_minor) filter (where t.rule in ('refund_paid', 'refund_bounced') and e.account like 'clearing:%'), 0) as paid_back,
                    coalesce(sum(e.amount_minor) filter (where e.account = 'guest_funds_held'), 0) as held
                from ledger_transactions t join ledger_entries e on e.transaction_id = t.id group by t.payment_id),
            promised as (select payment_id, sum(amount_minor) as amount from refunds group by payment_id),
            paper as (select payment_id, count(*) as invoices from invoices where kind = 'invoice' group by payment_id)
            select * from (
                select 'transaction ' || transaction_id || ' does not balance in ' || currency from ledger_entries group by transaction_id, currency having sum(amount_minor) <> 0
                union all
                select 'transaction ' || t.id || ' has no entries' from ledger_transactions t where not exists (select from ledger_entries e where e.transaction_id = t.id)
                union all
                select 'payment ' || p.id || ' is paid but its receipt is not booked once and whole' from payments p left join booked b on b.payment_id = p.id
                    where p.succeeded_at is not null and (b.received is distinct from p.amount_minor or b.receipts <> 2)
                union all
                select 'payment ' || p.id || ' is booked as received but not paid' from payments p join booked b on b.payment_id = p.id where p.succeeded_at is null and b.receipts > 0
                union all
                select 'payment ' || p.id || ' has no invoice' from payments p left join paper i on i.payment_id = p.id where p.succeeded_at is not null and i.invoices is distinct from 1
                union all
                select 'booking ' || booking_id || ' was charged more than once' from payments where succeeded_at is not null and refunded_minor < amount_minor group by booking_id having count(*) > 1
                union all
                select 'payment ' || p.id || ': refunds of ' || p.refunded_minor || ' are not what the ledger has paid back' from payments p left join booked b on b.payment_id = p.id
                    where coalesce(b.paid_back, 0) <> p.refunded_minor
                union all
                select 'payment ' || p.id || ': reserved refunds differ from its refunds' from payments p left join promised r on r.payment_id = p.id where p.refund_reserved_minor <> coalesce(r.amount, 0)
                union all
                select 'booking ' || p.booking_id || ' is settled but still holds money' from payments p join booked b on b.payment_id = p.id where p.settled_at is not null and b.held <> 0
                union all
                select 'invoices of ' || kind || ' ' || year || ' have a gap' from invoices group by kind, year having count(*) <> max(sequence)
            ) as found (what) limit 200
            """, [], row => row.GetString(0), ct);
        var transactions = await source.QueryAsync("select count(*) from ledger_transactions", [], row => row.GetInt64(0), ct);
        return TypedResults.Ok(new Check(differences.Count == 0, transactions[0], differences));
    }
}
