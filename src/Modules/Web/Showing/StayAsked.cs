using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Web.Components.Ui;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Web.Showing;

/// <summary>Dates and guests as addresses carry them from page to page.</summary>
public static class StayAsked
{
    public static SearchValues Read(IQueryCollection query, bool oneAtLeast = false)
    {
        var (checkIn, checkOut) = (Date(query["check_in"]), Date(query["check_out"]));
        if (checkIn >= checkOut) checkOut = null;
        var adults = Whole(query["adults"], 50);
        return new SearchValues(Text(query["q"]) ?? Text(query["place"]), checkIn, checkOut, oneAtLeast ? Math.Max(1, adults) : adults, Whole(query["children"], 50), Whole(query["infants"], 20), Whole(query["pets"], 10));
    }

    public static GuestParty Party(SearchValues values) => new(Math.Max(1, values.Adults), values.Children, values.Infants, values.Pets);

    /// <summary>"?check_in=…&amp;check_out=…&amp;adults=2", or nothing.</summary>
    public static string Query(SearchValues values)
    {
        var parts = new List<string>();
        if (values is { CheckIn: { } from, CheckOut: { } to }) parts.AddRange([$"check_in={Iso(from)}", $"check_out={Iso(to)}"]);
        if (values.Adults > 0) parts.Add($"adults={values.Adults}");
        if (values.Children > 0) parts.Add($"children={values.Children}");
        if (values.Infants > 0) parts.Add($"infants={values.Infants}");
        if (values.Pets > 0) parts.Add($"pets={values.Pets}");
        return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
    }

    public static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static DateOnly? Date(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static int Whole(string? text, int most) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Math.Min(number, most) : 0;
}
