using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Web.Components.Ui;
using EstoSpaces.Web.Text;

namespace EstoSpaces.Web.Showing;

/// <summary>Bookings in words: the state, the party, and the way from booking to check-out.</summary>
public static class Trips
{
    public static string Party(GuestParty party, Words t)
    {
        var words = new List<string> { t.Count("js.guests", party.Counted) };
        if (party.Infants > 0) words.Add(t.Count("js.infants", party.Infants));
        if (party.Pets > 0) words.Add(t.Count("js.pets", party.Pets));
        return string.Join(", ", words);
    }

    public static string Tone(BookingStatus status) => status switch
    {
        BookingStatus.Confirmed or BookingStatus.CheckedIn => "good",
        BookingStatus.PendingPayment or BookingStatus.Requested or BookingStatus.Inquiry or BookingStatus.Disputed => "warn",
        BookingStatus.Completed => "pine",
        _ => "bad",
    };

    public static bool IsCancelled(BookingStatus status) => status is BookingStatus.CancelledByGuest or BookingStatus.CancelledByHost or BookingStatus.Declined or BookingStatus.Expired;

    public static bool IsCertain(BookingStatus status) => status is BookingStatus.Confirmed or BookingStatus.CheckedIn or BookingStatus.Completed;

    /// <summary>The nights are the guest's: he needs the address, whatever is argued about the money.</summary>
    public static bool IsHis(BookingStatus status) => IsCertain(status) || status is BookingStatus.Disputed;

    public static bool CanCancel(BookingView booking, DateTimeOffset now) =>
        booking.Status is BookingStatus.Requested or BookingStatus.PendingPayment || booking.Status is BookingStatus.Confirmed or BookingStatus.CheckedIn && now < booking.Quote.CheckOutAt;

    public static string Place(BookingView booking, Words t) => $"{booking.City}, {Homes.Country(booking.CountryCode, t)}";

    /// <summary>The way from booking to check-out; what is over, what is now, what comes.</summary>
    public static IReadOnlyList<TimelineStep> Line(BookingView booking, DateTimeOffset now, Words t, bool byWallet = false, bool ruled = false)
    {
        var quote = booking.Quote;
        var refund = byWallet ? "trip.step.refund_wallet" : "trip.step.refund";
        var purse = byWallet ? "wallet" : "credit-card";
        string At(DateTimeOffset when) => t.Moment(TimeZoneInfo.ConvertTime(when, TimeZoneInfo.FindSystemTimeZoneById(quote.TimeZone)));
        var steps = new List<TimelineStep> { new(StepState.Done, "check", t["trip.step.booked"], null, At(booking.CreatedAt)) };
        switch (booking.Status)
        {
            case BookingStatus.Requested:
                steps.Add(new TimelineStep(StepState.Now, "clock", t.Of("trip.step.waits", ("host", booking.HostName)), t["trip.step.waits_text"], booking.ExpiresAt is { } answerBy ? t.Of("trip.step.until", ("when", At(answerBy))) : null));
                break;
            case BookingStatus.PendingPayment:
                steps.Add(new TimelineStep(StepState.Now, purse, t["trip.step.pay"], null, booking.ExpiresAt is { } payBy ? t.Of("trip.step.until", ("when", At(payBy))) : null));
                break;
            case BookingStatus.Declined or BookingStatus.Expired or BookingStatus.CancelledByGuest or BookingStatus.CancelledByHost:
                if (booking.ConfirmedAt is { } paid) steps.Add(new TimelineStep(StepState.Done, purse, t.Of("trip.step.paid", ("amount", t.Money(booking.Total.AmountMinor, booking.Total.Currency))), null, At(paid)));
                steps.Add(new TimelineStep(StepState.Bad, ruled ? "gavel" : "x", t[ruled ? "status.ruled" : $"status.{Wire.Name(booking.Status)}"], booking.Refund is { AmountMinor: > 0 } back ? t.Of(refund, ("amount", t.Money(back.AmountMinor, back.Currency))) : null, booking.CancelledAt is { } cancelled ? At(cancelled) : null));
                return steps;
            default:
                if (booking.ConfirmedAt is { } confirmed) steps.Add(new TimelineStep(StepState.Done, purse, t.Of("trip.step.paid", ("amount", t.Money(booking.Total.AmountMinor, booking.Total.Currency))), null, At(confirmed)));
                break;
        }
        if (booking.Status is BookingStatus.Disputed) steps.Add(new TimelineStep(StepState.Now, "scale", t["status.disputed"], t["trip.step.disputed"]));
        var certain = IsCertain(booking.Status);
        StepState State(bool over, bool isNow) => over ? StepState.Done : certain && isNow ? StepState.Now : StepState.Todo;
        steps.Add(new TimelineStep(State(now >= quote.CheckInAt && certain, true), "key-round", t.Of("trip.step.check_in", ("time", TimeOf(quote.CheckInAt, quote.TimeZone, t))), null, t.LongDate(booking.CheckIn)));
        steps.Add(new TimelineStep(State(now >= quote.CheckOutAt && certain, now >= quote.CheckInAt), "door-open", t.Of("trip.step.check_out", ("time", TimeOf(quote.CheckOutAt, quote.TimeZone, t))), null, t.LongDate(booking.CheckOut)));
        return steps;
    }

    public static string TimeOf(DateTimeOffset at, string timeZone, Words t) => t.Time(TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(timeZone)).DateTime));
}
