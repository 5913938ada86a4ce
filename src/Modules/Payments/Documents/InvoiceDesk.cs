using System.Globalization;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace EstoSpaces.Payments.Documents;

/// <summary>Issues invoices and credit notes inside the open transaction, with numbers that run without a gap within each year.</summary>
public sealed class InvoiceDesk(PaymentsDb db, TimeProvider clock)
{
    public const string Invoice = "invoice";
    public const string CreditNote = "credit_note";

    public async Task<InvoiceIssued> IssueInvoiceAsync(Payment payment, CancellationToken ct) =>
        new(await IssueAsync(payment, null, Invoice, payment.Quote.Lines, payment.AmountMinor, ct), payment.GuestId);

    /// <summary>Null when the refund has one: it went back, came to us again, and went back a second time.</summary>
    public async Task<InvoiceIssued?> IssueCreditNoteAsync(Payment payment, Refund refund, CancellationToken ct)
    {
        await using var find = Connection.Sql("select 1 from invoices where refund_id = $1", refund.Id.Value);
        find.Transaction = Transaction;
        if (await find.ExecuteScalarAsync(ct) is not null) return null;
        return new(await IssueAsync(payment, refund.Id, CreditNote, CreditLines(refund), -refund.AmountMinor, ct), payment.GuestId);
    }

    private NpgsqlConnection Connection => (NpgsqlConnection)db.Database.GetDbConnection();
    private NpgsqlTransaction? Transaction => (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction();

    private async Task<InvoiceView> IssueAsync(Payment payment, RefundId? refund, string kind, IReadOnlyList<QuoteLine> lines, long totalMinor, CancellationToken ct)
    {
        var (now, quote, id) = (clock.GetUtcNow().ToUniversalTime(), payment.Quote, InvoiceId.New());
        await using var count = Connection.Sql("""
            insert into invoice_numbers as n (year, kind, last) values ($1, $2, 1) on conflict (year, kind) do update set last = n.last + 1 returning last
            """, now.Year, kind);
        count.Transaction = Transaction;
        var sequence = (int)(await count.ExecuteScalarAsync(ct))!;
        var number = Number(kind, now.Year, sequence);
        await using var insert = Connection.Sql("""
            insert into invoices (id, number, year, sequence, kind, payment_id, refund_id, booking_id, guest_id, host_id, booking_reference, property_title, check_in, check_out, lines, total_minor, currency, issued_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16, $17, $18)
            """, id.Value, number, now.Year, sequence, kind, payment.Id.Value, refund?.Value, payment.BookingId.Value, payment.GuestId.Value, payment.HostId.Value, payment.BookingReference,
            payment.PropertyTitle, quote.CheckIn, quote.CheckOut, JsonSerializer.Serialize(lines, Wire.Json), totalMinor, payment.Currency, now);
        insert.Transaction = Transaction;
        await insert.ExecuteNonQueryAsync(ct);
        return new InvoiceView(id, number, kind, payment.BookingId, payment.Id, payment.BookingReference, payment.PropertyTitle, quote.CheckIn, quote.CheckOut, lines, new Money(totalMinor, payment.Currency), now);
    }

    public static string Number(string kind, int year, int sequence) =>
        string.Create(CultureInfo.InvariantCulture, $"{(kind == Invoice ? "INV" : "CN")}-{year}-{sequence:000000}");

    private static List<QuoteLine> CreditLines(Refund refund)
    {
        var lines = new List<QuoteLine>();
        void Add(QuoteLineKind kind, string label, long amount)
        {
            if (amount != 0) lines.Add(new QuoteLine(kind, label, null, null, -amount));
        }
        Add(QuoteLineKind.Nights, "refund_stay", refund.HostSubtotalMinor);
        Add(QuoteLineKind.GuestFee, "refund_fee", refund.GuestFeeMinor);
        Add(QuoteLineKind.GuestFeeVat, "refund_vat", refund.GuestFeeVatMinor);
        Add(QuoteLineKind.Tax, "refund_tax", refund.TaxMinor);
        Add(QuoteLineKind.Nights, "refund_goodwill", refund.GoodwillMinor);
        return lines;
    }
}
