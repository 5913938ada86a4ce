using System.Globalization;
using System.Text;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Notifications;

/// <summary>A stay as a calendar entry (RFC 5545). The UID is the booking's, so a cancellation takes the entry away again.</summary>
public static class CalendarFile
{
    public static LetterFile Of(BookingFacts booking, PlaceView? place, string summary, string url, DateTimeOffset now, bool cancelled = false)
    {
        var address = place is null ? booking.City : string.Join(", ", new[] { place.Street, $"{place.PostalCode} {place.City}".Trim(), place.CountryCode }.Where(p => !string.IsNullOrWhiteSpace(p)));
        var lines = new List<string>
        {
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//EstoSpaces//Stays//EN", "CALSCALE:GREGORIAN", cancelled ? "METHOD:CANCEL" : "METHOD:PUBLISH", "BEGIN:VEVENT",
            $"UID:booking-{booking.BookingId}@estospaces", $"SEQUENCE:{(cancelled ? 1 : 0)}", $"DTSTAMP:{Stamp(now)}", $"DTSTART:{Stamp(booking.Quote.CheckInAt)}", $"DTEND:{Stamp(booking.Quote.CheckOutAt)}",
            $"SUMMARY:{Escape(summary)}", $"LOCATION:{Escape(address)}", $"DESCRIPTION:{Escape($"{booking.Reference}\n{url}")}", $"URL:{url}", $"STATUS:{(cancelled ? "CANCELLED" : "CONFIRMED")}", "TRANSP:OPAQUE",
        };
        if (place is not null && !place.Approximate) lines.Add(string.Create(CultureInfo.InvariantCulture, $"GEO:{place.Latitude};{place.Longitude}"));
        lines.AddRange(["END:VEVENT", "END:VCALENDAR"]);
        return new LetterFile("stay.ics", $"text/calendar; charset=utf-8; method={(cancelled ? "CANCEL" : "PUBLISH")}", string.Concat(lines.Select(Fold)));
    }

    private static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("\\", "\\\\").Replace(";", "\\;").Replace(",", "\\,").ReplaceLineEndings("\\n");

    /// <summary>Lines end after 75 octets at most and go on after a space.</summary>
    private static string Fold(string line)
    {
        var folded = new StringBuilder();
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > 74)
            {
                folded.Append("\r\n ");
                octets = 1;
            }
            folded.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }
        return folded.Append("\r\n").ToString();
    }
}
