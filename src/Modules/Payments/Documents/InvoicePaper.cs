using System.Globalization;
using System.Net;
using System.Text;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Payments.Documents;

/// <summary>The words and figures of an invoice on paper, in English or French; written out as HTML here and as PDF by <see cref="InvoicePdf"/>.</summary>
public sealed class InvoicePaper
{
    private readonly CultureInfo culture;
    private readonly bool french;
    private readonly InvoiceView invoice;

    public InvoicePaper(InvoiceView invoice, string? acceptLanguage)
    {
        this.invoice = invoice;
        french = acceptLanguage?.TrimStart().StartsWith("fr", StringComparison.OrdinalIgnoreCase) ?? false;
        culture = CultureInfo.GetCultureInfo(french ? "fr-FR" : "en-GB");
    }

    public string Language => french ? "fr" : "en";

    public string Title => (invoice.Kind == InvoiceDesk.Invoice, french) switch
    {
        (true, false) => "Invoice",
        (true, true) => "Facture",
        (false, false) => "Credit note",
        (false, true) => "Avoir",
    } + " " + invoice.Number;

    public IReadOnlyList<(string Label, string Value)> Facts =>
    [
        (french ? "Date" : "Date", invoice.IssuedAt.ToString("d MMMM yyyy", culture)),
        (french ? "Réservation" : "Booking", invoice.BookingReference),
        (french ? "Logement" : "Home", invoice.PropertyTitle),
        (french ? "Séjour" : "Stay", $"{invoice.CheckIn.ToString("d MMMM yyyy", culture)} – {invoice.CheckOut.ToString("d MMMM yyyy", culture)}"),
    ];

    public IReadOnlyList<(string Label, string Amount)> Lines => [.. invoice.Lines.Select(l => (Label(l), Amount(l.AmountMinor)))];

    public (string Label, string Amount) Total => ("Total", Amount(invoice.Total.AmountMinor));

    public string Issuer => french ? "EstoSpaces, pour le compte de l'hôte" : "EstoSpaces, on behalf of the host";

    private string Amount(long minor)
    {
        var places = Currencies.DecimalPlaces(invoice.Total.Currency);
        return (minor / (decimal)Math.Pow(10, places)).ToString("N" + places, culture) + " " + invoice.Total.Currency;
    }

    private string Label(QuoteLine line)
    {
        var name = line.Label switch
        {
            "refund_stay" => french ? "Remboursement du séjour" : "Refund of the stay",
            "refund_fee" => french ? "Remboursement des frais de service" : "Refund of the service fee",
            "refund_vat" => french ? "Remboursement de la TVA" : "Refund of VAT",
            "refund_tax" => french ? "Remboursement des taxes" : "Refund of taxes",
            "refund_goodwill" => french ? "Remboursement par EstoSpaces" : "Refund borne by EstoSpaces",
            _ => line.Kind switch
            {
                QuoteLineKind.Nights => french ? "Nuits" : "Nights",
                QuoteLineKind.LengthDiscount => french ? "Réduction" : "Discount",
                QuoteLineKind.CleaningFee => french ? "Ménage" : "Cleaning",
                QuoteLineKind.ExtraGuestFee => french ? "Voyageurs supplémentaires" : "Extra guests",
                QuoteLineKind.PetFee => french ? "Animal" : "Pet",
                QuoteLineKind.GuestFee => french ? "Frais de service" : "Service fee",
                QuoteLineKind.GuestFeeVat => french ? "TVA sur les frais de service" : "VAT on the service fee",
                _ => line.Label ?? (french ? "Taxe" : "Tax"),
            },
        };
        return line is { Quantity: > 0, UnitMinor: { } unit } ? $"{name} ({line.Quantity} × {Amount(unit)})" : name;
    }

    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;color:#23201c;background:#fff;max-width:44rem;margin:3rem auto;padding:0 1.5rem}h1{font-size:1.6rem;margin:0 0 .2rem}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.5rem;margin:2rem 0}dt{color:#6b645b}dd{margin:0}table{width:100%;border-collapse:collapse}
        td,th{padding:.5rem 0;border-bottom:1px solid #e5e0d8;text-align:left}td:last-child,th:last-child{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        tfoot th{border-bottom:0;font-size:1.15rem}@media print{body{margin:0}}
        """;

    /// <summary>A page that prints well and needs nothing else.</summary>
    public string Html()
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html><html lang=\"{Language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Text(Title)}</title>");
        page.Append(CultureInfo.InvariantCulture, $"<style>{Style}</style></head><body><h1>{Text(Title)}</h1><p>{Text(Issuer)}</p><dl>");
        foreach (var (label, value) in Facts) page.Append(CultureInfo.InvariantCulture, $"<dt>{Text(label)}</dt><dd>{Text(value)}</dd>");
        page.Append("</dl><table><tbody>");
        foreach (var (label, amount) in Lines) page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(label)}</td><td>{Text(amount)}</td></tr>");
        page.Append(CultureInfo.InvariantCulture, $"</tbody><tfoot><tr><th scope=\"row\">{Text(Total.Label)}</th><th>{Text(Total.Amount)}</th></tr></tfoot></table></body></html>");
        return page.ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
