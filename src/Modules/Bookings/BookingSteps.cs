using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings;

/// <summary>
/// Writes down what a step of an existing booking means, as its row of the process table says: history, calendar, timers, and what the others are told. Inside a transaction
/// that has the listing's turn; the caller saves and commits.
/// </summary>
public sealed class BookingSteps(BookingsDb db, Outbox outbox, BookingTerms terms)
{
    /// <summary>False when all of these nights are free.</summary>
    public async Task<bool> AnyTakenAsync(PropertyId property, DateRange nights, CancellationToken ct)
    {
        var range = CalendarEntry.Range(nights);
        return await db.Calendar.AsNoTracking().AnyAsync(e => e.PropertyId == property && e.Stay.Overlaps(range), ct);
    }

    public async Task WriteAsync(Booking booking, BookingStep step, CancellationToken ct)
    {
        db.History.Add(HistoryEntry.Of(booking, step));
        outbox.Add(step.Fact);
        await FollowInCalendarAsync(booking, step, ct);
        var subject = booking.Id.ToString();
        if (step.Transition.Clears is { } over) await over.Clear(outbox, subject, ct);
        if (step.Transition.Sets is { } next) await next.Set(outbox, subject, next.DueAt(booking, terms), ct);
    }

    private async Task FollowInCalendarAsync(Booking booking, BookingStep step, CancellationToken ct)
    {
        switch (step.Transition.Calendar)
        {
            case CalendarEffect.TakeHold: Add(CalendarEntry.Hold(booking, step.At)); break;
            case CalendarEffect.TakeStay: Add(CalendarEntry.StayOf(booking, step.At)); break;
            case CalendarEffect.HoldBecomesStay:
                var hold = await EntryOfAsync(booking, ct);
                hold.BecomeStay();
                outbox.Add(hold.Taken);
                break;
            case CalendarEffect.Free: Free(await EntryOfAsync(booking, ct)); break;
            case CalendarEffect.FreeUnused:
                var stay = await EntryOfAsync(booking, ct);
                if (booking.NightsBegun(step.At) is > 0 and var begun)
                {
                    stay.Cut(new DateRange(booking.CheckIn, booking.CheckIn.AddDays(begun)));
                    outbox.Add(stay.Taken);
                }
                else Free(stay);
                break;
            case CalendarEffect.StayBecomesBlock:
                var kept = await EntryOfAsync(booking, ct);
                kept.BecomeBlock($"Closed since booking {booking.Reference} was cancelled");
                outbox.Add(kept.Taken);
                break;
            case CalendarEffect.None: break;
            default: throw new InvalidOperationException($"the calendar does not know {step.Transition.Calendar}");
        }
    }

    private Task<CalendarEntry> EntryOfAsync(Booking booking, CancellationToken ct) => db.Calendar.SingleAsync(e => e.BookingId == booking.Id, ct);

    private void Add(CalendarEntry entry)
    {
        db.Calendar.Add(entry);
        outbox.Add(entry.Taken);
    }

    private void Free(CalendarEntry entry)
    {
        db.Calendar.Remove(entry);
        outbox.Add(entry.Freed);
    }
}
