using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Npgsql;

namespace EstoSpaces.Simulation.Tests;

/// <summary>What must be true when everything has come to rest. Answers what is not, in words.</summary>
internal static class Truth
{
    private sealed record Row(Guid Id, string Reference, string Status, long TotalMinor, bool Paid, long RefundMinor);

    public static async Task<List<string>> FindingsAsync(World world)
    {
        var findings = new List<string>();
        var (bookings, payments) = (world.Product.Inside<NpgsqlDataSource>("bookings"), world.Product.Inside<NpgsqlDataSource>("payments"));
        var ct = CancellationToken.None;

        findings.AddRange(await bookings.QueryAsync("select a.id || ' and ' || b.id || ' share a night' from availability_calendar a join availability_calendar b on a.property_id = b.property_id and a.id < b.id and a.stay && b.stay",
            [], row => row.GetString(0), ct));
        findings.AddRange(await bookings.QueryAsync("""
            select b.reference || ' is ' || b.status || ' but its last step led to ' || h.to_status from bookings b join lateral (select to_status from booking_history where booking_id = b.id order by version desc limit 1) h on true
            where h.to_status <> b.status
            union all
            select b.reference || ' has a gap in its history' from bookings b join lateral (
                select from_status, lag(to_status) over (order by version) as before from booking_history where booking_id = b.id) h on h.from_status is distinct from h.before
            union all
            select b.reference || ' has ended and still has nights as ' || c.reason from bookings b join availability_calendar c on c.booking_id = b.id
            where b.status in ('expired', 'declined') or (b.status like 'cancelled%' and lower(c.stay) > b.cancelled_at)
            """, [], row => row.GetString(0), ct));

        var rows = await bookings.QueryAsync("select id, reference, status, total_minor, payment_id is not null, coalesce(refund_minor, 0) from bookings", [],
            row => new Row(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetBoolean(4), row.GetInt64(5)), ct);
        var kept = (await payments.QueryAsync("select booking_id, sum(amount_minor - refunded_minor)::bigint from payments where succeeded_at is not null group by booking_id", [],
            row => (Booking: row.GetGuid(0), Minor: row.GetInt64(1)), ct)).ToDictionary(r => r.Booking, r => r.Minor);
        foreach (var row in rows)
        {
            if (row.Status is not ("completed" or "declined" or "expired" or "cancelled_by_guest" or "cancelled_by_host")) findings.Add($"{row.Reference} never ended: {row.Status}");
            var due = row.Status is "confirmed" or "checked_in" or "completed" ? row.TotalMinor : row.Paid ? row.TotalMinor - row.RefundMinor : 0;
            if (kept.GetValueOrDefault(row.Id) != due) findings.Add($"{row.Reference} is {row.Status}: {due} should be kept, {kept.GetValueOrDefault(row.Id)} is");
        }
        await AskTheCardNetworkAsync(world, payments, findings);
        using (var inside = world.Product.ServiceClientOf("payments"))
            if (await inside.GetAsync("/internal/ledger/check").ReadAsync() is var ledger && !ledger.GetProperty("balanced").GetBoolean()) findings.Add($"the ledger: {ledger}");
        foreach (var module in (string[])["bookings", "payments"])
            findings.AddRange(await world.Product.Inside<NpgsqlDataSource>(module).QueryAsync("""
                select kind || ' ' || type || ' was parked: ' || coalesce(last_error, '') from outbox where parked_at is not null
                union all select 'reaction to ' || event_id || ' was parked: ' || left(last_error, 300) from inbox_failures where parked_at is not null
                """, [], row => $"{module}: {row.GetString(0)}", ct));
        return findings;
    }

    /// <summary>Whoever was charged, and however much of it came back, is what our own books say.</summary>
    private static async Task AskTheCardNetworkAsync(World world, NpgsqlDataSource payments, List<string> findings)
    {
        using var network = world.Product.ClientOf("sandbox");
        network.DefaultRequestHeaders.Authorization = new("Bearer", "sk_test_estospaces_sandbox");
        var rows = await payments.QueryAsync("""
            select i.provider_id, sum(case when p.succeeded_at is not null and i.status = 'succeeded' then p.amount_minor - p.refunded_minor else 0 end)::bigint
            from payments p join payment_intents i on i.payment_id = p.id where i.provider_id like 'pi_%' group by i.provider_id
            """, [], row => (Intent: row.GetString(0), Minor: row.GetInt64(1)), CancellationToken.None);
        foreach (var (intent, minor) in rows)
        {
            var charges = await network.GetAsync($"/stripe/v1/charges?payment_intent={intent}").ReadAsync();
            var charged = charges.GetProperty("data").EnumerateArray().Where(c => c.GetProperty("status").GetString() == "succeeded")
                .Sum(c => c.GetProperty("amount").GetInt64() - c.GetProperty("amount_refunded").GetInt64());
            if (charged != minor) findings.Add($"the card network kept {charged} of {intent}, our books {minor}");
        }
    }
}
