using System.Security.Cryptography;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Bookings;

/// <summary>What a guest asks for, as far as the quote doesn't say it.</summary>
public sealed record BookingOrder(UserId GuestId, string? Message, string? IdempotencyKey);

/// <summary>The listing as it was when it was booked. Place is exact.</summary>
public sealed record BookedListing(string Title, string City, string CountryCode, string? ImageUrl, PlaceView Place);

/// <summary>A step that a booking took: the row of the table, why, and what the others are told.</summary>
public sealed record BookingStep(BookingTransition Transition, UserId? ActorId, string Reason, DateTimeOffset At, IEvent Fact);

/// <summary>One booking. Its verbs look the step up in <see cref="BookingProcess"/>, change the state and answer the step; time and caller come as arguments.</summary>
public sealed class Booking
{
    private const string ReferenceLetters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

    private Booking() { }

    public BookingId Id { get; private set; }
    public string Reference { get; private set; } = "";
    public BookingStatus Status { get; private set; }
    public PropertyId PropertyId { get; private set; }
    public UserId GuestId { get; private set; }
    public UserId HostId { get; private set; }
    public DateOnly CheckIn { get; private set; }
    public DateOnly CheckOut { get; private set; }
    public DateTimeOffset CheckInAt { get; private set; }
    public DateTimeOffset CheckOutAt { get; private set; }
    public GuestParty Guests { get; private set; } = null!;
    public Quote Quote { get; private set; } = null!;
    public BookedListing Listing { get; private set; } = null!;
    public long TotalMinor { get; private set; }
    public string Currency { get; private set; } = "";
    public string? Message { get; private set; }
    public string? IdempotencyKey { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? ExpiresAt { get; private set; }
    public DateTimeOffset? HeldAt { get; private set; }

    /// <summary>When the hold was made longer for a payment that was on its way. It is only once.</summary>
    public DateTimeOffset? HoldProlongedAt { get; private set; }

    public DateTimeOffset? ConfirmedAt { get; private set; }
    public DateTimeOffset? CancelledAt { get; private set; }
    public DateTimeOffset? CompletedAt { get; private set; }
    public PaymentId? PaymentId { get; private set; }
    public long? RefundMinor { get; private set; }

    /// <summary>Counts changes; the row is only updated if nobody else has.</summary>
    public long Version { get; private set; }

    public DateRange Stay => new(CheckIn, CheckOut);
    public BookingFacts Facts => new(Id, Reference, PropertyId, Listing.Title, Listing.City, GuestId, HostId, CheckIn, CheckOut, Guests, Quote, Listing.ImageUrl);

    /// <summary>Instant book: the nights are held and payment is awaited. Request to book: the host is asked first, and the nights stay free.</summary>
    public static Result<(Booking Booking, BookingStep Step)> Place(BookingOrder order, FrozenQuote frozen, BookingTerms terms, DateTimeOffset now)
    {
        var (quote, listing, at) = (frozen.Quote, frozen.Listing, Stored(now));
        if (listing.Status != ListingStatus.Published) return BookingRefusals.NotBookable;
        if (listing.HostId == order.GuestId) return BookingRefusals.OwnListing;
        if (!listing.Rules.InstantBook && quote.CheckInAt <= at) return BookingRefusals.CheckInPassed;
        var booking = new Booking
        {
            Id = BookingId.New(),
            Reference = NewReference(),
            PropertyId = quote.PropertyId,
            GuestId = order.GuestId,
            HostId = listing.HostId,
            CheckIn = quote.CheckIn,
            CheckOut = quote.CheckOut,
            CheckInAt = quote.CheckInAt,
            CheckOutAt = quote.CheckOutAt,
            Guests = quote.Guests,
            Quote = quote,
            Listing = new BookedListing(listing.Title, listing.City, listing.CountryCode, listing.ImageUrl, listing.ExactPlace),
            TotalMinor = quote.TotalMinor,
            Currency = quote.Currency,
            Message = string.IsNullOrWhiteSpace(order.Message) ? null : order.Message.Trim(),
            IdempotencyKey = order.IdempotencyKey,
            CreatedAt = at,
        };
        if (listing.Rules.InstantBook)
        {
            booking.ExpiresAt = at + terms.HoldFor;
            return (booking, booking.Begin(BookingTrigger.Hold, at, "booked", b => new BookingHeld(b.Facts, b.ExpiresAt!.Value)));
        }
        booking.ExpiresAt = Earlier(at + terms.AnswerWithin, quote.CheckInAt);
        return (booking, booking.Begin(BookingTrigger.Request, at, "requested", b => new BookingRequested(b.Facts, b.Message, b.ExpiresAt!.Value)));
    }

    /// <summary>The host takes the request: the nights are held for the guest to pay.</summary>
    public Result<BookingStep> Accept(UserId host, BookingTerms terms, DateTimeOffset now)
    {
        if (Step(BookingTrigger.Accept, BookingActor.Host) is not { } step) return BookingRefusals.NoStep(Status, BookingTrigger.Accept, BookingActor.Host);
        var at = Stored(now);
        if (ExpiresAt <= at) return BookingRefusals.AnswerLate;
        var payBy = Earlier(at + terms.PayAcceptedWithin, CheckInAt);
        ExpiresAt = payBy > at + terms.HoldFor ? payBy : at + terms.HoldFor;
        return Take(step, host, at, "accepted", b => new BookingHeld(b.Facts, b.ExpiresAt!.Value));
    }

    /// <summary>The host says no.</summary>
    public Result<BookingStep> Decline(UserId host, string? reason, DateTimeOffset now) =>
        Step(BookingTrigger.Decline, BookingActor.Host) is { } step
            ? Take(step, host, Stored(now), reason ?? "declined", b => new BookingDeclined(b.Facts, reason))
            : BookingRefusals.NoStep(Status, BookingTrigger.Decline, BookingActor.Host);

    /// <summary>The host accepted another request for some of the same nights.</summary>
    public Result<BookingStep> GiveWay(UserId host, DateTimeOffset now) =>
        Step(BookingTrigger.AcceptAnother, BookingActor.Host) is { } step
            ? Take(step, host, Stored(now), "another_request_accepted", b => new BookingDeclined(b.Facts, null))
            : BookingRefusals.NoStep(Status, BookingTrigger.AcceptAnother, BookingActor.Host);

    /// <summary>
    /// The money is in. A hold that lapsed comes back to life if it can (the caller must find its nights free); refused, with the reason for giving the money back,
    /// when the booking is paid already, the amount is another, or it ended otherwise. PaidAt is when the money was paid, where that is known to be another time than now: grace counts from it, as it does
    /// in the escrow contract.
    /// </summary>
    public Result<BookingStep> Confirm(PaymentId payment, Money amount, DateTimeOffset now, DateTimeOffset? paidAt = null)
    {
        if (PaymentId is not null) return BookingRefusals.AlreadyPaid;
        var trigger = Status == BookingStatus.Expired && HeldAt is not null ? BookingTrigger.PayLate : BookingTrigger.Pay;
        if (Step(trigger, BookingActor.Payment) is not { } step) return BookingRefusals.BookingOver;
        if (amount != new Money(TotalMinor, Currency)) return BookingRefusals.AmountMismatch;
        var at = Stored(now);
        // Nobody arrives for a first night that is over.
        if (trigger == BookingTrigger.PayLate && ListingTime.Today(ListingTime.Zone(Quote.TimeZone), at) > CheckIn) return BookingRefusals.BookingOver;
        var confirmedAt = paidAt is { } paid ? Stored(paid) : at;
        (PaymentId, ConfirmedAt, ExpiresAt) = (payment, confirmedAt, null);
        return Take(step, null, at, trigger == BookingTrigger.Pay ? "paid" : "paid_late", b => new BookingConfirmed(b.Facts, payment, confirmedAt, b.Listing.Place));
    }

    /// <summary>
    /// The payment is on its way: the hold doesn't end under the guest before it can have arrived, if it is not longer anyway. Once for a booking, so that the nights aren't held for ever.
    /// Answers the end of the hold.
    /// </summary>
    public Result<DateTimeOffset> AwaitPayment(BookingTerms terms, DateTimeOffset now)
    {
        if (Status != BookingStatus.PendingPayment) return BookingRefusals.NoStep(Status, BookingTrigger.Pay, BookingActor.Payment);
        if (HoldProlongedAt is null)
        {
            var (at, end) = (Stored(now), ExpiresAt!.Value);
            (HoldProlongedAt, ExpiresAt) = (at, end > at + terms.PaymentArrivesWithin ? end : at + terms.PaymentArrivesWithin);
            Version++;
        }
        return ExpiresAt!.Value;
    }

    /// <summary>Nobody paid or answered in time. Refused while there is time.</summary>
    public Result<BookingStep> Lapse(DateTimeOffset now)
    {
        if (Step(BookingTrigger.Lapse, BookingActor.Clock) is not { } step || ExpiresAt > now) return BookingRefusals.NoStep(Status, BookingTrigger.Lapse, BookingActor.Clock);
        var reason = Status == BookingStatus.Requested ? "not_answered" : "not_paid";
        ExpiresAt = null;
        return Take(step, null, Stored(now), reason, b => new BookingExpired(b.Facts));
    }

    /// <summary>What cancelling at this time gives back and costs, for the guest or the host: what <see cref="Cancel"/> does, seen before.</summary>
    public Result<CancellationPreview> PreviewCancellation(UserId caller, DateTimeOffset now)
    {
        var actor = ActorOf(caller);
        if (Step(BookingTrigger.Cancel, actor) is null) return BookingRefusals.NoStep(Status, BookingTrigger.Cancel, actor);
        var (refund, hostFeeMinor) = RefundFor(actor, Stored(now));
        return new CancellationPreview(new Money(refund.RefundMinor, Currency), new Money(refund.HostKeepsMinor, Currency), refund.Reason, refund.Until, refund.Breakdown,
            actor == BookingActor.Host ? hostFeeMinor : null);
    }

    /// <summary>Guest or host cancels.</summary>
    public Result<BookingStep> Cancel(UserId caller, string? reason, DateTimeOffset now)
    {
        var actor = ActorOf(caller);
        if (Step(BookingTrigger.Cancel, actor) is not { } step) return BookingRefusals.NoStep(Status, BookingTrigger.Cancel, actor);
        var at = Stored(now);
        var (refund, hostFeeMinor) = RefundFor(actor, at);
        (CancelledAt, ExpiresAt, RefundMinor) = (at, null, refund.RefundMinor);
        return Take(step, caller, at, reason ?? "cancelled", b => new BookingCancelled(
            b.Facts, actor == BookingActor.Guest ? "guest" : "host", b.PaymentId, refund.RefundMinor, refund.Breakdown, hostFeeMinor, at, at < b.CheckInAt));
    }

    /// <summary>
    /// The guest has cancelled where the money is, from his own wallet, and has his refund: it happened at that time, whatever time it is when it is heard. Refused for a payment that is not the booking's.
    /// </summary>
    public Result<BookingStep> CancelFromWallet(PaymentId payment, DateTimeOffset at, long refundMinor)
    {
        if (PaymentId != payment || Step(BookingTrigger.Cancel, BookingActor.Guest) is not { } step) return BookingRefusals.NoStep(Status, BookingTrigger.Cancel, BookingActor.Guest);
        at = Stored(at);
        var own = Refund.At(Quote, ConfirmedAt, at);
        (CancelledAt, ExpiresAt, RefundMinor) = (at, null, refundMinor);
        return Take(step, GuestId, at, "cancelled_from_wallet", b => new BookingCancelled(b.Facts, "guest", payment, refundMinor, own.RefundMinor == refundMinor ? own.Breakdown : Unknown, 0, at, at < b.CheckInAt));
    }

    /// <summary>What cancelling gives back at a time by the booking's own reckoning.</summary>
    public long RefundAt(DateTimeOffset at) => Refund.At(Quote, ConfirmedAt, at).RefundMinor;

    /// <summary>The money is disputed: the clock doesn't move the booking on until there is a ruling.</summary>
    public Result<BookingStep> Dispute(PaymentId payment, DateTimeOffset now) =>
        PaymentId == payment && Step(BookingTrigger.Dispute, BookingActor.Payment) is { } step
            ? Take(step, null, Stored(now), "disputed", b => new BookingDisputed(b.Facts, payment, Stored(now)))
            : BookingRefusals.NoStep(Status, BookingTrigger.Dispute, BookingActor.Payment);

    /// <summary>The dispute has ended and the money is divided: a stay that is over is completed, any other will not be.</summary>
    public Result<BookingStep> EndDispute(PaymentId payment, DateTimeOffset at, long refundMinor)
    {
        var trigger = at >= CheckOutAt ? BookingTrigger.EndDispute : BookingTrigger.Void;
        if (PaymentId != payment || Step(trigger, BookingActor.Payment) is not { } step) return BookingRefusals.NoStep(Status, trigger, BookingActor.Payment);
        (at, RefundMinor) = (Stored(at), refundMinor);
        if (trigger == BookingTrigger.EndDispute)
        {
            CompletedAt ??= at;
            return Take(step, null, at, "dispute_ended", b => new DisputeEnded(b.Facts, payment, at));
        }
        CancelledAt = at;
        return Take(step, null, at, "ruled", b => new BookingCancelled(b.Facts, "ruling", payment, refundMinor, Unknown, 0, at, at < b.CheckInAt));
    }

    /// <summary>Check-in time has come.</summary>
    public Result<BookingStep> OpenCheckIn(DateTimeOffset now) =>
        Step(BookingTrigger.OpenCheckIn, BookingActor.Clock) is { } step && CheckInAt <= now
            ? Take(step, null, Stored(now), "check_in_time", b => new GuestCheckedIn(b.Facts))
            : BookingRefusals.NoStep(Status, BookingTrigger.OpenCheckIn, BookingActor.Clock);

    /// <summary>The stay is over; the payout may go when the time to dispute is.</summary>
    public Result<BookingStep> Complete(BookingTerms terms, DateTimeOffset now)
    {
        if (Step(BookingTrigger.Complete, BookingActor.Clock) is not { } step || CheckOutAt + terms.CompletionGrace > now)
            return BookingRefusals.NoStep(Status, BookingTrigger.Complete, BookingActor.Clock);
        CompletedAt = Stored(now);
        return Take(step, null, CompletedAt.Value, "check_out_time", b => new StayCompleted(b.Facts, b.CompletedAt!.Value, b.CheckOutAt + terms.DisputeWindow));
    }

    /// <summary>The guest says something else to the host, while the host or the payment is awaited.</summary>
    public Result<bool> ChangeMessage(string? message)
    {
        if (Status is not (BookingStatus.Requested or BookingStatus.PendingPayment)) return BookingRefusals.MessageClosed;
        Message = string.IsNullOrWhiteSpace(message) ? null : message.Trim();
        Version++;
        return true;
    }

    /// <summary>Another reference, when the first was somebody's already.</summary>
    public void Rename() => Reference = NewReference();

    public bool IsPartOf(UserId user) => user == GuestId || user == HostId;

    /// <summary>Nights that have begun: each at check-in time of its day, as the refund tiers count them.</summary>
    public int NightsBegun(DateTimeOffset now)
    {
        var zone = ListingTime.Zone(Quote.TimeZone);
        var checkInTime = TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(CheckInAt, zone).DateTime);
        var begun = 0;
        while (begun < Stay.Nights && now > ListingTime.At(zone, CheckIn.AddDays(begun), checkInTime)) begun++;
        return begun;
    }

    private (RefundDecision Refund, long HostFeeMinor) RefundFor(BookingActor actor, DateTimeOffset at) =>
        PaymentId is null ? (new RefundDecision(0, new RefundBreakdown(0, 0, 0), 0, "nothing_paid", null), 0)
        : actor == BookingActor.Host ? (Refund.ByHost(Quote), Refund.HostCancelFee(Quote, at))
        : (Refund.At(Quote, ConfirmedAt, at), 0);

    /// <summary>Of a refund that was not reckoned by the quote: payments spread it by weight.</summary>
    private static readonly RefundBreakdown Unknown = new(0, 0, 0);

    private BookingActor ActorOf(UserId caller) => caller == GuestId ? BookingActor.Guest : BookingActor.Host;

    private BookingTransition? Step(BookingTrigger trigger, BookingActor actor) => BookingProcess.Find(Status, trigger, actor);

    private BookingStep Begin(BookingTrigger trigger, DateTimeOffset at, string reason, Func<Booking, IEvent> tell) =>
        Take(BookingProcess.Find(null, trigger, BookingActor.Guest)!, GuestId, at, reason, tell);

    private BookingStep Take(BookingTransition transition, UserId? actorId, DateTimeOffset at, string reason, Func<Booking, IEvent> tell)
    {
        Status = transition.To;
        Version++;
        if (transition.Calendar == CalendarEffect.TakeHold) HeldAt = at;
        return new BookingStep(transition, actorId, reason, at, tell(this));
    }

    private static string NewReference() => "ES" + RandomNumberGenerator.GetString(ReferenceLetters, 6);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    /// <summary>Whole microseconds, as the database keeps them: what is answered now is what is read later.</summary>
    private static DateTimeOffset Stored(DateTimeOffset now) => new(now.UtcTicks / 10 * 10, TimeSpan.Zero);
}
