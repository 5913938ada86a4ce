using System.Globalization;
using System.Text;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Slices;

/// <summary>Guest and host take a certain stay into their own calendar (iCalendar, RFC 5545: whole days, exclusive end, one stable UID a booking). Refused before it is confirmed.</summary>
public static class GetBookingCalendarFile
{
    public static void Map(RouteGroupBuilder bookings) => bookings.MapGet("/{id:guid}/calendar.ics", HandleAsync).WithName("GetBookingCalendarFile").Produces(200, contentType: "text/calendar");

    private static async Task<IResult> HandleAsync(Guid id, Caller caller, BookingsDb db, CancellationToken ct)
    {
        var booking = await db.Bookings.AsNoTracking().SingleOrDefaultAsync(b => b.Id == BookingId.From(id), ct);
        if (booking is null || !booking.IsPartOf(caller.UserId)) return BookingRefusals.NotFound.ToProblem();
        if (booking.Status is not (BookingStatus.Confirmed or BookingStatus.CheckedIn or BookingStatus.Completed)) return BookingRefusals.NotConfirmed.ToProblem();
        return Results.Text(File(booking), "text/calendar", Encoding.UTF8);
    }

    private static string File(Booking booking)
    {
        var place = string.Join(", ", new[] { booking.Listing.Place.Street, booking.Listing.Place.PostalCode, booking.Listing.City }.Where(p => !string.IsNullOrEmpty(p)));
        string[] lines =
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//EstoSpaces//Bookings//EN", "METHOD:PUBLISH", "BEGIN:VEVENT",
            $"UID:{booking.Id}@estospaces.example", $"SEQUENCE:{booking.Version}", $"DTSTAMP:{booking.ConfirmedAt!.Value.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}",
            $"DTSTART;VALUE=DATE:{Date(booking.CheckIn)}", $"DTEND;VALUE=DATE:{Date(booking.CheckOut)}", $"SUMMARY:{Escaped(booking.Listing.Title)}", $"LOCATION:{Escaped(place)}",
            $"DESCRIPTION:{Escaped($"Booking {booking.Reference}")}", "TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR",
        ];
        return string.Concat(lines.Select(line => Folded(line) + "\r\n"));
    }

    private static string Date(DateOnly date) => date.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static string Escaped(string text) => text.Replace("\\", @"\\", StringComparison.Ordinal).Replace(";", @"\;", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal).ReplaceLineEndings(@"\n");

    /// <summary>Lines have 75 octets at most; what is longer goes on after a line break and a space.</summary>
    private static string Folded(string line)
    {
        var (folded, octets) = (new StringBuilder(), 0);
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > 74)
            {
                folded.Append("\r\n ");
                octets = 1;
            }
            folded.Append(rune);
            octets += rune.Utf8SequenceLength;
        }
        return folded.ToString();
    }
}
