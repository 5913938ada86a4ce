using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Payments.Documents;
using EstoSpaces.Payments.Ledger;
using EstoSpaces.Payments.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using NpgsqlTypes;

namespace EstoSpaces.Payments.Slices;

/// <summary>
/// Takes the paid bookings of the sample data: payment, ledger, invoice and payout of each, by COPY. Safe to repeat: what is there stays. Tells nobody, because nothing happened: the bookings come confirmed,
/// and nobody should get mail about them.
/// </summary>
public static class SeedPayments
{
    private static readonly TimeSpan PaidAfterDue = TimeSpan.FromDays(1);

    public static void Map(RouteGroupBuilder door) => door.MapPost("/seed", HandleAsync).WithMetadata(new RequestSizeLimitAttribute(64 << 20));

    private static async Task<IResult> HandleAsync(SampleBatch batch, NpgsqlDataSource source, Settings settings, TimeProvider clock, CancellationToken ct)
    {
        var wanted = batch.Bookings.Where(b => b.Status is BookingStatus.Confirmed or BookingStatus.CheckedIn or BookingStatus.Completed).ToList();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await ExecuteAsync(connection, "select pg_advisory_xact_lock(hashtextextended('seed', 0))", ct);
        var known = new HashSet<Guid>();
        await using (var find = connection.Sql("select id from payments where id = any($1)", wanted.Select(b => b.PaymentId.Value).ToArray()))
        await using (var reader = await find.ExecuteReaderAsync(ct))
            while (await reader.ReadAsync(ct)) known.Add(reader.GetGuid(0));

        var window = TimeSpan.FromHours(settings.Int("DISPUTE_WINDOW_HOURS"));
        var fresh = wanted.Where(b => !known.Contains(b.PaymentId.Value)).OrderBy(b => b.ConfirmedAt).Select(b => new Sample(b, window, clock.GetUtcNow())).ToList();
        if (fresh.Count > 0)
        {
            await CopyPaymentsAsync(connection, fresh, ct);
            await CopyLedgerAsync(connection, fresh, ct);
            await CopyInvoicesAsync(connection, fresh, ct);
            await CopyPayoutsAsync(connection, fresh, ct);
            await SetTimersAsync(connection, fresh, clock.GetUtcNow(), ct);
        }
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new SampleOutcome(fresh.Count));
    }

    /// <summary>A booking of the sample data with where its money is by now.</summary>
    private sealed class Sample(SampleBooking booking, TimeSpan window, DateTimeOffset now)
    {
        public SampleBooking Booking => booking;
        public DateTimeOffset ConfirmedAt { get; } = booking.ConfirmedAt.ToUniversalTime();
        public DateTimeOffset AvailableAt { get; } = (booking.Quote.CheckOutAt + window).ToUniversalTime();
        public bool IsSettled => booking.Status is BookingStatus.Completed && AvailableAt <= now;
        public bool IsPaidOut => IsSettled && AvailableAt + PaidAfterDue <= now;
        public string PayoutStatus => IsPaidOut ? "paid" : IsSettled ? "due" : "pending";
        public string PayoutReason => IsSettled ? "stay_completed" : booking.Status is BookingStatus.Completed ? "dispute_window" : "awaiting_check_out";

        public IEnumerable<(PostingRule Rule, DateTimeOffset At, IReadOnlyList<LedgerEntry> Lines)> Postings()
        {
            var quote = booking.Quote;
            var movement = new Movement(SamplePayments.ProviderName, booking.HostId, quote.Currency, MoneyParts.Of(quote), quote.PayoutMinor, quote.HostFeeMinor);
            yield return (PostingRule.PaymentReceived, ConfirmedAt, Ledger.Postings.Lines(PostingRule.PaymentReceived, movement));
            if (IsSettled) yield return (PostingRule.StaySettled, AvailableAt, Ledger.Postings.Lines(PostingRule.StaySettled, movement));
            if (IsPaidOut) yield return (PostingRule.PayoutPaid, AvailableAt + PaidAfterDue, Ledger.Postings.Lines(PostingRule.PayoutPaid, movement));
        }
    }

    private static async Task CopyPaymentsAsync(NpgsqlConnection connection, List<Sample> samples, CancellationToken ct)
    {
        await CopyAsync(connection, "payments (id, booking_id, booking_reference, property_title, guest_id, host_id, method, provider, status, amount_minor, currency, quote, created_at, succeeded_at, settled_at)", samples, s =>
        [
            s.Booking.PaymentId.Value, s.Booking.Id.Value, s.Booking.Reference, s.Booking.PropertyTitle, s.Booking.GuestId.Value, s.Booking.HostId.Value, "card", SamplePayments.ProviderName, "succeeded",
            s.Booking.Quote.TotalMinor, s.Booking.Quote.Currency, new JsonText(s.Booking.Quote), s.Booking.CreatedAt.ToUniversalTime(), s.ConfirmedAt, s.IsSettled ? s.AvailableAt : null,
        ], ct);
        await CopyAsync(connection, "payment_intents (payment_id, attempt, kind, status, provider_id, created_at, checked_at)", samples, s =>
            [s.Booking.PaymentId.Value, 1, "intent", "succeeded", $"pi_sample_{s.Booking.PaymentId.Value:n}", s.Booking.CreatedAt.ToUniversalTime(), s.ConfirmedAt], ct);
    }

    private static async Task CopyLedgerAsync(NpgsqlConnection connection, List<Sample> samples, CancellationToken ct)
    {
        var postings = samples.SelectMany(s => s.Postings().Select(p => (Id: Guid.CreateVersion7(), s.Booking, p.Rule, p.At, p.Lines))).Where(p => p.Lines.Count > 0).ToList();
        var accounts = postings.SelectMany(p => p.Lines).Select(l => (l.Account, l.Currency)).Distinct().ToList();
        await using (var open = connection.Sql("insert into ledger_accounts (code, currency) select * from unnest($1::text[], $2::text[]) on conflict do nothing",
            accounts.Select(a => a.Account).ToArray(), accounts.Select(a => a.Currency).ToArray()))
            await open.ExecuteNonQueryAsync(ct);
        await CopyAsync(connection, "ledger_transactions (id, rule, reference, booking_id, payment_id, posted_at)", postings, p =>
            [p.Id, Wire.Name(p.Rule), $"{Wire.Name(p.Rule)}:{p.Booking.PaymentId}", p.Booking.Id.Value, p.Booking.PaymentId.Value, p.At], ct);
        await CopyAsync(connection, "ledger_entries (transaction_id, line, account, currency, amount_minor)", postings.SelectMany(p => p.Lines.Select((l, i) => (p.Id, Line: (short)(i + 1), Entry: l))), e =>
            [e.Id, e.Line, e.Entry.Account, e.Entry.Currency, e.Entry.AmountMinor], ct);
    }

    private static async Task CopyInvoicesAsync(NpgsqlConnection connection, List<Sample> samples, CancellationToken ct)
    {
        var numbered = new List<(Sample Sample, int Year, int Sequence)>();
        foreach (var year in samples.GroupBy(s => s.ConfirmedAt.Year))
        {
            await using var reserve = connection.Sql("""
                insert into invoice_numbers as n (year, kind, last) values ($1, 'invoice', $2) on conflict (year, kind) do update set last = n.last + excluded.last returning last
                """, year.Key, year.Count());
            var first = (int)(await reserve.ExecuteScalarAsync(ct))! - year.Count() + 1;
            numbered.AddRange(year.Select((s, i) => (s, year.Key, first + i)));
        }
        await CopyAsync(connection, """
            invoices (id, number, year, sequence, kind, payment_id, booking_id, guest_id, host_id, booking_reference, property_title, check_in, check_out, lines, total_minor, currency, issued_at)
            """, numbered, n =>
        {
            var (b, quote) = (n.Sample.Booking, n.Sample.Booking.Quote);
            return [Guid.CreateVersion7(n.Sample.ConfirmedAt), InvoiceDesk.Number(InvoiceDesk.Invoice, n.Year, n.Sequence), n.Year, n.Sequence, InvoiceDesk.Invoice, b.PaymentId.Value, b.Id.Value, b.GuestId.Value, b.HostId.Value,
                b.Reference, b.PropertyTitle, quote.CheckIn, quote.CheckOut, new JsonText(quote.Lines), quote.TotalMinor, quote.Currency, n.Sample.ConfirmedAt];
        }, ct);
    }

    private static Task CopyPayoutsAsync(NpgsqlConnection connection, List<Sample> samples, CancellationToken ct) => CopyAsync(connection,
        "payouts (booking_id, payment_id, host_id, booking_reference, property_title, check_in, check_out, amount_minor, currency, status, reason, available_at, created_at)", samples, s =>
        [
            s.Booking.Id.Value, s.Booking.PaymentId.Value, s.Booking.HostId.Value, s.Booking.Reference, s.Booking.PropertyTitle, s.Booking.Quote.CheckIn, s.Booking.Quote.CheckOut,
            s.Booking.Quote.PayoutMinor, s.Booking.Quote.Currency, s.PayoutStatus, s.PayoutReason, s.AvailableAt, s.ConfirmedAt,
        ], ct);

    /// <summary>Stays that are over but still in their dispute window are released later.</summary>
    private static async Task SetTimersAsync(NpgsqlConnection connection, List<Sample> samples, DateTimeOffset now, CancellationToken ct)
    {
        var waiting = samples.Where(s => s.Booking.Status is BookingStatus.Completed && !s.IsSettled).ToList();
        await using var set = connection.Sql("""
            insert into outbox (id, kind, type, subject, data, occurred_at, due_at)
            select i, 'timer', $4, s, '{}'::jsonb, $5, d from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as t (i, s, d) on conflict do nothing
            """, waiting.Select(_ => Guid.CreateVersion7()).ToArray(), waiting.Select(s => s.Booking.Id.ToString()).ToArray(), waiting.Select(s => s.AvailableAt).ToArray(),
            EstoSpaces.Kernel.Events.TimerSeam.NameOf<ReleasePayouts>(), now.ToUniversalTime());
        await set.ExecuteNonQueryAsync(ct);
    }

    private sealed record JsonText(object Value)
    {
        public string Text => JsonSerializer.Serialize(Value, Value.GetType(), Wire.Json);
    }

    private static async Task CopyAsync<T>(NpgsqlConnection connection, string target, IEnumerable<T> rows, Func<T, object?[]> columns, CancellationToken ct)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"copy {target} from stdin (format binary)", ct);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(ct);
            foreach (var value in columns(row))
                if (value is null) await copy.WriteNullAsync(ct);
                else if (value is JsonText json) await copy.WriteAsync(json.Text, NpgsqlDbType.Jsonb, ct);
                else await WriteAsync(copy, value, ct);
        }
        await copy.CompleteAsync(ct);
    }

    /// <summary>Typed by hand: the generic write would take every value for an object.</summary>
    private static Task WriteAsync(NpgsqlBinaryImporter copy, object value, CancellationToken ct) => value switch
    {
        Guid id => copy.WriteAsync(id, ct),
        string text => copy.WriteAsync(text, ct),
        long number => copy.WriteAsync(number, ct),
        int number => copy.WriteAsync(number, ct),
        short number => copy.WriteAsync(number, ct),
        DateOnly date => copy.WriteAsync(date, ct),
        DateTimeOffset time => copy.WriteAsync(time, ct),
        _ => throw new InvalidOperationException($"no column type for {value.GetType()}"),
    };

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = connection.Sql(sql);
        await command.ExecuteNonQueryAsync(ct);
    }
}
