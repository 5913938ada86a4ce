using EstoSpaces.Bookings.Timers;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Bookings;

/// <summary>Who moves a booking on.</summary>
public enum BookingActor { Guest, Host, Payment, Clock }

/// <summary>What moves it on.</summary>
public enum BookingTrigger { Hold, Request, Accept, Decline, AcceptAnother, Pay, PayLate, Lapse, Cancel, OpenCheckIn, Complete, Dispute, EndDispute, Void }

/// <summary>What a step does to the nights in the calendar. Each also tells NightsTaken or NightsFreed.</summary>
public enum CalendarEffect { None, TakeHold, TakeStay, HoldBecomesStay, Free, FreeUnused, StayBecomesBlock }

/// <summary>A timer that a step sets: its door, and when it opens.</summary>
public sealed record BookingTimer(string Name, Func<Booking, BookingTerms, DateTimeOffset> DueAt, Func<Outbox, string, DateTimeOffset, CancellationToken, Task> Set, Func<Outbox, string, CancellationToken, Task> Clear)
{
    public static readonly BookingTimer ExpireUnpaid = Of<ExpireUnpaidBookings>((booking, _) => booking.ExpiresAt!.Value);
    public static readonly BookingTimer ExpireUnanswered = Of<ExpireUnansweredRequests>((booking, _) => booking.ExpiresAt!.Value);
    public static readonly BookingTimer OpenCheckIn = Of<OpenCheckIns>((booking, _) => booking.CheckInAt);
    public static readonly BookingTimer Complete = Of<CompleteStays>((booking, terms) => booking.CheckOutAt + terms.CompletionGrace);

    private static BookingTimer Of<TTimer>(Func<Booking, BookingTerms, DateTimeOffset> dueAt) where TTimer : class, ITimerDoor => new(
        TimerSeam.NameOf<TTimer>(), dueAt,
        (outbox, subject, due, ct) => outbox.SetTimerAsync<TTimer>(subject, due, ct),
        (outbox, subject, ct) => outbox.ClearTimerAsync<TTimer>(subject, ct));
}

/// <summary>One step that a booking may take. From is null for its beginning.</summary>
public sealed record BookingTransition(BookingStatus? From, BookingStatus To, BookingActor Actor, BookingTrigger Trigger, CalendarEffect Calendar, BookingTimer? Sets, BookingTimer? Clears, Type Tells);

/// <summary>
/// The whole life of a booking as one table. The verbs of <see cref="Booking"/>, the timers, the calendar and what others are told run from it; the database refuses every step that is not in it.
/// Inquiry is a state that no step leads to yet.
/// </summary>
public static class BookingProcess
{
    public static readonly IReadOnlyList<BookingTransition> Table =
    [
        new(null, BookingStatus.Requested, BookingActor.Guest, BookingTrigger.Request, CalendarEffect.None, BookingTimer.ExpireUnanswered, null, typeof(BookingRequested)),
        new(null, BookingStatus.PendingPayment, BookingActor.Guest, BookingTrigger.Hold, CalendarEffect.TakeHold, BookingTimer.ExpireUnpaid, null, typeof(BookingHeld)),

        new(BookingStatus.Requested, BookingStatus.PendingPayment, BookingActor.Host, BookingTrigger.Accept, CalendarEffect.TakeHold, BookingTimer.ExpireUnpaid, BookingTimer.ExpireUnanswered, typeof(BookingHeld)),
        new(BookingStatus.Requested, BookingStatus.Declined, BookingActor.Host, BookingTrigger.Decline, CalendarEffect.None, null, BookingTimer.ExpireUnanswered, typeof(BookingDeclined)),
        new(BookingStatus.Requested, BookingStatus.Declined, BookingActor.Host, BookingTrigger.AcceptAnother, CalendarEffect.None, null, BookingTimer.ExpireUnanswered, typeof(BookingDeclined)),
        new(BookingStatus.Requested, BookingStatus.Expired, BookingActor.Clock, BookingTrigger.Lapse, CalendarEffect.None, null, null, typeof(BookingExpired)),
        new(BookingStatus.Requested, BookingStatus.CancelledByGuest, BookingActor.Guest, BookingTrigger.Cancel, CalendarEffect.None, null, BookingTimer.ExpireUnanswered, typeof(BookingCancelled)),

        new(BookingStatus.PendingPayment, BookingStatus.Confirmed, BookingActor.Payment, BookingTrigger.Pay, CalendarEffect.HoldBecomesStay, BookingTimer.OpenCheckIn, BookingTimer.ExpireUnpaid, typeof(BookingConfirmed)),
        new(BookingStatus.PendingPayment, BookingStatus.Expired, BookingActor.Clock, BookingTrigger.Lapse, CalendarEffect.Free, null, null, typeof(BookingExpired)),
        new(BookingStatus.PendingPayment, BookingStatus.CancelledByGuest, BookingActor.Guest, BookingTrigger.Cancel, CalendarEffect.Free, null, BookingTimer.ExpireUnpaid, typeof(BookingCancelled)),
        new(BookingStatus.PendingPayment, BookingStatus.CancelledByHost, BookingActor.Host, BookingTrigger.Cancel, CalendarEffect.Free, null, BookingTimer.ExpireUnpaid, typeof(BookingCancelled)),

        new(BookingStatus.Expired, BookingStatus.Confirmed, BookingActor.Payment, BookingTrigger.PayLate, CalendarEffect.TakeStay, BookingTimer.OpenCheckIn, null, typeof(BookingConfirmed)),

        new(BookingStatus.Confirmed, BookingStatus.CheckedIn, BookingActor.Clock, BookingTrigger.OpenCheckIn, CalendarEffect.None, BookingTimer.Complete, null, typeof(GuestCheckedIn)),
        new(BookingStatus.Confirmed, BookingStatus.CancelledByGuest, BookingActor.Guest, BookingTrigger.Cancel, CalendarEffect.FreeUnused, null, BookingTimer.OpenCheckIn, typeof(BookingCancelled)),
        new(BookingStatus.Confirmed, BookingStatus.CancelledByHost, BookingActor.Host, BookingTrigger.Cancel, CalendarEffect.StayBecomesBlock, null, BookingTimer.OpenCheckIn, typeof(BookingCancelled)),

        new(BookingStatus.CheckedIn, BookingStatus.Completed, BookingActor.Clock, BookingTrigger.Complete, CalendarEffect.None, null, null, typeof(StayCompleted)),
        new(BookingStatus.CheckedIn, BookingStatus.CancelledByGuest, BookingActor.Guest, BookingTrigger.Cancel, CalendarEffect.FreeUnused, null, BookingTimer.Complete, typeof(BookingCancelled)),
        new(BookingStatus.CheckedIn, BookingStatus.CancelledByHost, BookingActor.Host, BookingTrigger.Cancel, CalendarEffect.StayBecomesBlock, null, BookingTimer.Complete, typeof(BookingCancelled)),

        new(BookingStatus.Confirmed, BookingStatus.Disputed, BookingActor.Payment, BookingTrigger.Dispute, CalendarEffect.None, null, BookingTimer.OpenCheckIn, typeof(BookingDisputed)),
        new(BookingStatus.CheckedIn, BookingStatus.Disputed, BookingActor.Payment, BookingTrigger.Dispute, CalendarEffect.None, null, BookingTimer.Complete, typeof(BookingDisputed)),
        new(BookingStatus.Completed, BookingStatus.Disputed, BookingActor.Payment, BookingTrigger.Dispute, CalendarEffect.None, null, null, typeof(BookingDisputed)),
        new(BookingStatus.Disputed, BookingStatus.Completed, BookingActor.Payment, BookingTrigger.EndDispute, CalendarEffect.None, null, null, typeof(DisputeEnded)),
        new(BookingStatus.Disputed, BookingStatus.CancelledByGuest, BookingActor.Payment, BookingTrigger.Void, CalendarEffect.FreeUnused, null, null, typeof(BookingCancelled)),
    ];

    private static readonly Dictionary<(BookingStatus?, BookingTrigger, BookingActor), BookingTransition> ByTrigger = Table.ToDictionary(t => (t.From, t.Trigger, t.Actor));

    /// <summary>The step from here, or null when there is none.</summary>
    public static BookingTransition? Find(BookingStatus? from, BookingTrigger trigger, BookingActor actor) => ByTrigger.GetValueOrDefault((from, trigger, actor));
}
