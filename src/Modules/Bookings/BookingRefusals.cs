using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;

namespace EstoSpaces.Bookings;

/// <summary>Every "no" of this module.</summary>
public static class BookingRefusals
{
    public static readonly Refusal NotFound = Refusal.NotFound("booking_not_found", "There is no such booking, or it is not yours.");
    public static readonly Refusal DatesTaken = Refusal.Conflict("booking_dates_taken", "Some of these nights are taken. Choose other dates.", "check_in");
    public static readonly Refusal OwnListing = Refusal.Conflict("own_listing", "This is your own home. Block the nights in its calendar instead.", "property_id");
    public static readonly Refusal NotBookable = Refusal.Conflict("listing_not_bookable", "This home can't be booked at present.", "property_id");
    public static readonly Refusal QuoteChanged = Refusal.Conflict("quote_changed", "The price or the terms changed since you saw them. Look at the new quote and book again.", "quote_hash");
    public static readonly Refusal KeyReused = Refusal.Conflict("idempotency_key_reused", "This Idempotency-Key was used for another request.", "Idempotency-Key");
    public static readonly Refusal CheckInPassed = Refusal.Conflict("check_in_passed", "Check-in time has passed, and this host answers requests before it.", "check_in");
    public static readonly Refusal AnswerLate = Refusal.Conflict("request_lapsed", "The time to answer this request is over.");
    public static readonly Refusal MessageClosed = Refusal.Conflict("message_closed", "The message belongs to a request that waits. Write to the host in the conversation instead.");
    public static readonly Refusal NotYourListing = Refusal.Forbidden("not_your_listing", "Only the host of this home may change its calendar.");
    public static readonly Refusal NightsSold = Refusal.Conflict("nights_sold", "Guests have some of these nights. Cancel the booking first if it must be.", "block");

    public static readonly Refusal PropertyNotFound = Refusal.NotFound("property_not_found", "There is no such home.");
    public static readonly Refusal HostAnswers = Refusal.Forbidden("host_answers", "Only the host answers a request.");
    public static readonly Refusal GuestWrites = Refusal.Forbidden("guest_writes", "Only the guest can change the message of a booking.");
    public static readonly Refusal AdminsOnly = Refusal.Forbidden("not_allowed", "Only admins see the bookings of everybody.");
    public static readonly Refusal NotConfirmed = Refusal.Conflict("booking_not_confirmed", "This stay is not certain.");

    // Why a payment is given back: these travel in LatePaymentRefused.
    public static readonly Refusal AlreadyPaid = Refusal.Conflict("already_paid", "This booking was paid by another payment.");
    public static readonly Refusal AmountMismatch = Refusal.Conflict("amount_mismatch", "The payment is not what was due for this booking.");
    public static readonly Refusal BookingOver = Refusal.Conflict("booking_over", "The booking had ended before the payment arrived.");

    public static Refusal NoStep(BookingStatus from, BookingTrigger trigger, BookingActor actor) => Refusal.Conflict("booking_status",
        from == BookingStatus.Requested && trigger == BookingTrigger.Cancel && actor == BookingActor.Host
            ? "Nothing is promised yet: decline the request instead of cancelling it."
            : $"A booking that is {Wire.Name(from).Replace('_', ' ')} doesn't allow that.");
}
