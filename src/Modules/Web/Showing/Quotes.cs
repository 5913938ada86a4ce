using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Web.Components.Ui;
using EstoSpaces.Web.Text;

namespace EstoSpaces.Web.Showing;

/// <summary>The frozen quote as lines of a price and as a time line of what comes back.</summary>
public static class Quotes
{
    public static IReadOnlyList<PriceLine> Lines(Quote quote, Words t) => Lines(quote.Lines, quote.Currency, quote, t);

    public static IReadOnlyList<PriceLine> Lines(IReadOnlyList<QuoteLine> lines, string currency, Quote? quote, Words t) =>
        [.. lines.Select(line => new PriceLine(Label(line, t), line.AmountMinor, Detail(line, currency, quote, t)))];

    private static string Label(QuoteLine line, Words t) => line.Kind switch
    {
        QuoteLineKind.Nights => line.Quantity is { } nights ? t.Count("js.nights", nights) : t["line.nights"],
        QuoteLineKind.LengthDiscount => t.Or($"line.discount.{line.Label}", t["line.discount"]),
        QuoteLineKind.Tax => line.Label ?? t["line.tax"],
        _ => t[$"line.{Wire.Name(line.Kind)}"],
    };

    private static string? Detail(QuoteLine line, string currency, Quote? quote, Words t)
    {
        if (line.Kind == QuoteLineKind.Nights && quote is not null)
            return string.Join(", ", quote.NightPrices.GroupBy(n => n.AmountMinor).OrderBy(g => g.Key).Select(g => $"{g.Count()} × {t.Money(g.Key, currency)}"));
        return line is { Quantity: > 1, UnitMinor: { } unit } ? $"{line.Quantity} × {t.Money(unit, currency)}" : null;
    }

    /// <summary>
    /// What comes back until when, in the home's own time. Steps while the stay runs are left out: the last line says that they go by the nights used. With the moment of
    /// confirmation the step that holds now is marked.
    /// </summary>
    public static IReadOnlyList<RefundStep> Refunds(Quote quote, DateTimeOffset now, Words t, DateTimeOffset? confirmedAt = null)
    {
        var steps = new List<RefundStep>();
        var found = confirmedAt is null;
        if (quote.Grace.Hours > 0 && (confirmedAt ?? now) <= quote.Grace.ConfirmedBefore)
        {
            var end = confirmedAt?.AddHours(quote.Grace.Hours);
            found |= end > now;
            if (end is null || end > now)
                steps.Add(new RefundStep(RefundKind.Full, t["refund.everything"], end is { } at ? t.Of("refund.until", ("when", Moment(at, quote.TimeZone, t))) : t.Count("refund.grace", quote.Grace.Hours), end > now));
        }
        foreach (var tier in quote.RefundTiers.Where(r => r.Until <= quote.CheckInAt))
        {
            var kind = tier.HostSubtotalRefundMinor >= quote.HostSubtotalMinor ? RefundKind.Full : tier.RefundMinor > 0 ? RefundKind.Part : RefundKind.None;
            var holds = !found && now <= tier.Until;
            found |= holds;
            steps.Add(new RefundStep(kind, tier.RefundMinor == 0 ? t["refund.nothing"] : t.Of("refund.back", ("amount", t.Money(tier.RefundMinor, quote.Currency))),
                t.Of("refund.until", ("when", Moment(tier.Until, quote.TimeZone, t))), holds));
        }
        var later = quote.RefundTiers.Any(r => r.Until > quote.CheckInAt && r.RefundMinor > 0);
        steps.Add(new RefundStep(RefundKind.None, later ? t["refund.by_nights"] : t["refund.nothing"], t["refund.after"], !found));
        return steps;
    }

    /// <summary>"Fri 28 Aug, 15:00" at the home.</summary>
    public static string Moment(DateTimeOffset at, string timeZone, Words t)
    {
        var local = TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(timeZone));
        return $"{t.Day(DateOnly.FromDateTime(local.DateTime))}, {t.Time(TimeOnly.FromDateTime(local.DateTime))}";
    }
}
