using System.Diagnostics.Metrics;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EstoSpaces.Payments.Ledger;

/// <summary>Whether the ledger balances and agrees with what it tells of. Asked over HTTP, and every ten minutes for /metrics: somebody is woken when it does not.</summary>
internal sealed class LedgerCheck : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);
    private readonly NpgsqlDataSource source;
    private long? differences;

    public LedgerCheck(NpgsqlDataSource source, IMeterFactory meters)
    {
        this.source = source;
        meters.Create("EstoSpaces.Payments").CreateObservableGauge("estospaces_ledger_differences", Known, description: "Payments, refunds, invoices and bookings whose rows and ledger do not agree, 200 at most");
    }

    /// <summary>Each payment, refund, invoice series or booking whose rows and ledger do not agree, in words, 200 at most.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        return await source.QueryAsync("""
            with booked as (
                select t.payment_id, sum(e.amount_minor) filter (where t.rule = 'payment_received' and e.account like 'clearing:%') as received, count(*) filter (where t.rule = 'payment_received') as receipts,
                    coalesce(-sum(e.amount_minor) filter (where t.rule in ('refund_paid', 'refund_bounced') and e.account like 'clearing:%'), 0) as paid_back,
                    coalesce(sum(e.amount_minor) filter (where e.account = 'guest_funds_held'), 0) as held
                from ledger_transactions t join ledger_entries e on e.transaction_id = t.id group by t.payment_id),
            chain as (select payment_id, sum(to_guest_minor) as to_guest, sum(to_host_minor) as to_host from escrow_outcomes group by payment_id),
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
                select 'booking ' || booking_id || ' was charged more than once' from payments where succeeded_at is not null and refund_reserved_minor < amount_minor group by booking_id having count(*) > 1
                union all
                select 'payment ' || p.id || ': refunds of ' || p.refunded_minor || ' are not what the ledger has paid back' from payments p left join booked b on b.payment_id = p.id
                    where coalesce(b.paid_back, 0) <> p.refunded_minor
                union all
                select 'payment ' || p.id || ': reserved refunds differ from its refunds' from payments p left join promised r on r.payment_id = p.id where p.refund_reserved_minor <> coalesce(r.amount, 0)
                union all
                select 'booking ' || p.booking_id || ' is settled but still holds money' from payments p join booked b on b.payment_id = p.id where p.settled_at is not null and b.held <> 0
                union all
                select 'payment ' || payment_id || ': ' || difference from escrow_outcomes where difference is not null
                union all
                select 'payment ' || p.id || ': the escrow contract gave its guest ' || coalesce(c.to_guest, 0) || ', his refunds are ' || p.refunded_minor from payments p left join chain c on c.payment_id = p.id
                    where p.provider = 'ethereum' and p.refunded_minor <> coalesce(c.to_guest, 0)
                union all
                select 'payment ' || p.id || ': the escrow contract gave its host ' || coalesce(c.to_host, 0) || ', the payout says ' || o.amount_minor from payouts o join payments p on p.id = o.payment_id left join chain c on c.payment_id = p.id
                    where p.provider = 'ethereum' and o.status = 'paid' and o.amount_minor <> coalesce(c.to_host, 0)
                union all
                select 'refund ' || r.id || ' is owed out of an escrow and has failed: ' || coalesce(r.failure, '') from refunds r join payments p on p.id = r.payment_id where p.provider = 'ethereum' and r.status = 'failed'
                union all
                select 'invoices of ' || kind || ' ' || year || ' have a gap' from invoices group by kind, year having count(*) <> max(sequence)
            ) as found (what) limit 200
            """, [], row => row.GetString(0), ct);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try { differences = (await DifferencesAsync(source, stopping)).Count; }
                // The database is away, which others tell. What was known stays until the next time.
                catch (Exception e) when (e is NpgsqlException or TimeoutException) { continue; }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
    }

    private IEnumerable<Measurement<long>> Known() => differences is { } known ? [new Measurement<long>(known)] : [];
}
