using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Payments.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Payments.Slices;

/// <summary>A guest lists his invoices and credit notes and reads one: as JSON, as a page to print (<c>Accept: text/html</c>, or <c>.html</c>), or as PDF (<c>.pdf</c>). For others there is none; an admin sees all.</summary>
public static class Invoices
{
    private const string Columns = "id, number, kind, booking_id, payment_id, booking_reference, property_title, check_in, check_out, lines::text, total_minor, currency, issued_at";

    public static void Map(RouteGroupBuilder invoices)
    {
        invoices.MapGet("", ListAsync).WithName("ListInvoices").Produces<Page<InvoiceView>>();
        invoices.MapGet("/{file}", GetAsync).WithName("GetInvoice").Produces<InvoiceView>();
    }

    private static async Task<IResult> ListAsync(Caller caller, PageRequest page, NpgsqlDataSource source, CancellationToken ct, BookingId? booking_id = null)
    {
        var (at, last) = page.TimeAndId() is { } after ? (after.At.ToUniversalTime(), after.Id) : (DateTimeOffset.MaxValue.ToUniversalTime(), Guid.Empty);
        var rows = await source.QueryAsync($"""
            select {Columns} from invoices where guest_id = $1 and (issued_at, id) < ($2, $3) and ($4::uuid is null or booking_id = $4) order by issued_at desc, id desc limit $5
            """, [caller.UserId.Value, at, last, booking_id?.Value, page.Limit + 1], Read, ct);
        return TypedResults.Ok(page.Cut(rows, r => (r.IssuedAt, r.Id.Value)));
    }

    private static async Task<IResult> GetAsync(string file, HttpRequest request, Caller caller, NpgsqlDataSource source, CancellationToken ct)
    {
        var format = Path.GetExtension(file);
        if (!InvoiceId.TryParse(Path.GetFileNameWithoutExtension(file), out var id) || format is not ("" or ".html" or ".pdf")) return PaymentRefusals.InvoiceNotFound.ToProblem();
        var found = await source.QueryAsync($"select {Columns} from invoices where id = $1 and (guest_id = $2 or $3)", [id.Value, caller.UserId.Value, caller.IsAdmin], Read, ct);
        if (found is not [var invoice]) return PaymentRefusals.InvoiceNotFound.ToProblem();

        var paper = new InvoicePaper(invoice, request.Query["lang"] is [{ Length: > 0 } asked] ? asked : request.Headers.AcceptLanguage.ToString());
        if (format == ".pdf") return TypedResults.File(InvoicePdf.Write(paper), "application/pdf", $"{invoice.Number}.pdf");
        var asPage = format == ".html" || request.Headers.Accept.ToString().StartsWith("text/html", StringComparison.OrdinalIgnoreCase);
        return asPage ? TypedResults.Text(paper.Html(), "text/html; charset=utf-8") : TypedResults.Ok(invoice);
    }

    private static InvoiceView Read(NpgsqlDataReader row) => new(
        new InvoiceId(row.GetGuid(0)), row.GetString(1), row.GetString(2), new BookingId(row.GetGuid(3)), new PaymentId(row.GetGuid(4)), row.GetString(5), row.GetString(6),
        row.GetFieldValue<DateOnly>(7), row.GetFieldValue<DateOnly>(8), JsonSerializer.Deserialize<IReadOnlyList<QuoteLine>>(row.GetString(9), Wire.Json)!,
        new Money(row.GetInt64(10), row.GetString(11)), row.GetFieldValue<DateTimeOffset>(12));
}
