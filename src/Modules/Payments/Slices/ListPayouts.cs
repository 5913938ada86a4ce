using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Payments.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Payments.Slices;

/// <summary>A host lists what he will get and got, booking by booking, newest first, with the sums of each currency. Others have none and get an empty list.</summary>
public static class ListPayouts
{
    /// <summary>Sums of a currency. Balance is what the ledger owes the host now; below zero he owes.</summary>
    public sealed record Totals(string Currency, Money Pending, Money Due, Money Paid, Money Balance);

    public sealed record Response(IReadOnlyList<PayoutView> Data, string? NextCursor, IReadOnlyList<Totals> Totals);

    private sealed record Row(PayoutView View, DateTimeOffset CreatedAt);

    public static void Map(RouteGroupBuilder payouts) => payouts.MapGet("", HandleAsync).WithName("ListPayouts").Produces<Response>();

    private static async Task<IResult> HandleAsync(Caller caller, PageRequest page, NpgsqlDataSource source, CancellationToken ct, string? status = null)
    {
        if (status is not null && !Wire.TryName<PayoutStatus>(status, out _)) return Refusal.Invalid("field_invalid", "status is one of pending, due, paid, cancelled.", "status").ToProblem();
        var (at, last) = page.TimeAndId() is { } after ? (after.At.ToUniversalTime(), after.Id) : (DateTimeOffset.MaxValue.ToUniversalTime(), Guid.Empty);
        var rows = await source.QueryAsync("""
            select booking_id, booking_reference, property_title, check_in, check_out, amount_minor, currency, status, reason, available_at, created_at
            from payouts where host_id = $1 and (created_at, booking_id) < ($2, $3) and ($4::text is null or status = $4) order by created_at desc, booking_id desc limit $5
            """, [caller.UserId.Value, at, last, status, page.Limit + 1], Read, ct);
        var cut = page.Cut(rows, r => (r.CreatedAt, r.View.BookingId.Value));
        return TypedResults.Ok(new Response([.. cut.Data.Select(r => r.View)], cut.NextCursor, await TotalsAsync(source, caller.UserId, ct)));
    }

    private static Row Read(NpgsqlDataReader row) => new(new PayoutView(new BookingId(row.GetGuid(0)), row.GetString(1), row.GetString(2), row.GetFieldValue<DateOnly>(3), row.GetFieldValue<DateOnly>(4),
        new Money(row.GetInt64(5), row.GetString(6)), row.GetString(7), row.GetString(8), row.Maybe<DateTimeOffset>(9)), row.GetFieldValue<DateTimeOffset>(10));

    private static Task<List<Totals>> TotalsAsync(NpgsqlDataSource source, UserId host, CancellationToken ct) => source.QueryAsync("""
        with sums as (
            select currency, coalesce(sum(amount_minor) filter (where status = 'pending'), 0) as pending, coalesce(sum(amount_minor) filter (where status = 'due'), 0) as due,
                coalesce(sum(amount_minor) filter (where status = 'paid'), 0) as paid
            from payouts where host_id = $1 group by currency),
        owed as (select currency, -sum(amount_minor) as balance from ledger_entries where account = $2 group by currency)
        select currency, coalesce(pending, 0)::bigint, coalesce(due, 0)::bigint, coalesce(paid, 0)::bigint, coalesce(balance, 0)::bigint
        from sums full join owed using (currency) order by currency
        """, [host.Value, Accounts.HostPayable(host)], row =>
    {
        var currency = row.GetString(0);
        return new Totals(currency, new Money(row.GetInt64(1), currency), new Money(row.GetInt64(2), currency), new Money(row.GetInt64(3), currency), new Money(row.GetInt64(4), currency));
    }, ct);
}
