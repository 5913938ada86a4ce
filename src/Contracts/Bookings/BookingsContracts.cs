using EstoSpaces.Contracts.Events;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Contracts.Bookings;

public enum BookingStatus
{
    Inquiry, Requested, PendingPayment, Confirmed, CheckedIn, Completed,
    Declined, Expired, CancelledByGuest, CancelledByHost, Disputed,
}

/// <summary>A booking as its guest or host sees it. Address only once confirmed. ExpiresAt: the end of the hold or of the host's time to answer.</summary>
public sealed record BookingView
{
    public required BookingId Id { get; init; }

    /// <summary>Short code that people read to each other, e.g. "ES7K2M9Q".</summary>
    public required string Reference { get; init; }

    public required BookingStatus Status { get; init; }
    public required PropertyId PropertyId { get; init; }
    public required string PropertyTitle { get; init; }
    public required string City { get; init; }
    public required string CountryCode { get; init; }
    public string? ImageUrl { get; init; }
    public required UserId GuestId { get; init; }
    public required string GuestName { get; init; }
    public required UserId HostId { get; init; }
    public required string HostName { get; init; }
    public required DateOnly CheckIn { get; init; }
    public required DateOnly CheckOut { get; init; }
    public required GuestParty Guests { get; init; }
    public required Quote Quote { get; init; }
    public required Money Total { get; init; }
    public required Money Payout { get; init; }
    public string? Message { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? ConfirmedAt { get; init; }
    public DateTimeOffset? CancelledAt { get; init; }
    public Money? Refund { get; init; }
    public PlaceView? Place { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>What cancelling now would give back, and until when that holds (null: no later tier).</summary>
public sealed record CancellationPreview(Money Refund, Money HostKeeps, string Reason, DateTimeOffset? Until, RefundBreakdown Breakdown, long? HostFeeMinor);

/// <summary>Where a refund comes from, in minor units.</summary>
public sealed record RefundBreakdown(long HostSubtotalMinor, long GuestFeeMinor, long TaxMinor);

/// <summary>One step of a booking's life.</summary>
public sealed record BookingHistoryEntry(BookingStatus? From, BookingStatus To, string Actor, string Reason, DateTimeOffset At);

/// <summary>A night or stretch that can't be booked and why: stay, hold, block, import, viewing. Names only for the host.</summary>
public sealed record TakenNights(DateOnly Start, DateOnly End, string Reason, BookingId? BookingId, string? Note);

/// <summary>The calendar of a listing between two dates.</summary>
public sealed record AvailabilityView(PropertyId PropertyId, DateOnly From, DateOnly To, IReadOnlyList<TakenNights> Taken);

/// <summary>The money of a booking as the payment service must know it.</summary>
public sealed record BookingDue(BookingId BookingId, string Reference, BookingStatus Status, UserId GuestId, UserId HostId, PropertyId PropertyId, string PropertyTitle, Quote Quote, DateTimeOffset? ExpiresAt);

/// <summary>Facts about a booking that every booking event carries.</summary>
public sealed record BookingFacts(BookingId BookingId, string Reference, PropertyId PropertyId, string PropertyTitle, string City, UserId GuestId, UserId HostId, DateOnly CheckIn, DateOnly CheckOut,
    GuestParty Guests, Quote Quote, string? ImageUrl);

/// <summary>The nights are held and payment is awaited until ExpiresAt.</summary>
[EventType("estospaces.bookings.booking_held.v1")]
public sealed record BookingHeld(BookingFacts Booking, DateTimeOffset ExpiresAt) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>A guest asked; the host must answer before AnswerBy.</summary>
[EventType("estospaces.bookings.booking_requested.v1")]
public sealed record BookingRequested(BookingFacts Booking, string? Message, DateTimeOffset AnswerBy) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

[EventType("estospaces.bookings.booking_declined.v1")]
public sealed record BookingDeclined(BookingFacts Booking, string? Reason) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>Paid and certain. Place is the exact address for the guest.</summary>
[EventType("estospaces.bookings.booking_confirmed.v1")]
public sealed record BookingConfirmed(BookingFacts Booking, PaymentId PaymentId, DateTimeOffset ConfirmedAt, PlaceView Place) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>Held or requested, but nobody paid or answered in time.</summary>
[EventType("estospaces.bookings.booking_expired.v1")]
public sealed record BookingExpired(BookingFacts Booking) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>Cancelled by "guest" or "host", or ended by a "ruling" on its money before it was over. PaymentId is null when nothing was paid; HostFeeMinor is what a cancelling host owes.</summary>
[EventType("estospaces.bookings.booking_cancelled.v1")]
public sealed record BookingCancelled(BookingFacts Booking, string CancelledBy, PaymentId? PaymentId, long RefundMinor, RefundBreakdown Breakdown, long HostFeeMinor, DateTimeOffset CancelledAt, bool BeforeCheckIn) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>A payment arrived for nights that are gone: it must be given back whole.</summary>
[EventType("estospaces.bookings.late_payment_refused.v1")]
public sealed record LatePaymentRefused(BookingId BookingId, PaymentId PaymentId, string Reason) : IEvent
{
    public string Subject => BookingId.ToString();
}

[EventType("estospaces.bookings.guest_checked_in.v1")]
public sealed record GuestCheckedIn(BookingFacts Booking) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>The stay is over. The payout may go out at PayoutAt (after the dispute window).</summary>
[EventType("estospaces.bookings.stay_completed.v1")]
public sealed record StayCompleted(BookingFacts Booking, DateTimeOffset CompletedAt, DateTimeOffset PayoutAt) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>The money of the booking is disputed: nobody is paid until a ruling.</summary>
[EventType("estospaces.bookings.booking_disputed.v1")]
public sealed record BookingDisputed(BookingFacts Booking, PaymentId PaymentId, DateTimeOffset DisputedAt) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>The dispute about a stay that is over has ended: its money is divided. One that ends before the stay tells BookingCancelled.</summary>
[EventType("estospaces.bookings.dispute_ended.v1")]
public sealed record DisputeEnded(BookingFacts Booking, PaymentId PaymentId, DateTimeOffset EndedAt) : IEvent
{
    public string Subject => Booking.BookingId.ToString();
}

/// <summary>Nights of a listing are taken (stay, hold, block, import). EntryId identifies the stretch; a later message about it replaces it.</summary>
[EventType("estospaces.bookings.nights_taken.v1")]
public sealed record NightsTaken(PropertyId PropertyId, Guid EntryId, DateOnly Start, DateOnly End, string Reason) : IEvent
{
    public string Subject => PropertyId.ToString();
}

[EventType("estospaces.bookings.nights_freed.v1")]
public sealed record NightsFreed(PropertyId PropertyId, Guid EntryId) : IEvent
{
    public string Subject => PropertyId.ToString();
}

/// <summary>Asks the booking service. Internal; calls carry a service token.</summary>
public sealed class BookingsClient(HttpClient http)
{
    /// <summary>What is due for a booking. Refuses with <c>booking_not_found</c>.</summary>
    public Task<Result<BookingDue>> GetDueAsync(BookingId id, CancellationToken ct) => http.AskAsync<BookingDue>($"/internal/bookings/{id}/due", ct);
}
