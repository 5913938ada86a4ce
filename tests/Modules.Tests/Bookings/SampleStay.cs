using EstoSpaces.Bookings;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>Frozen quotes and bookings in every state, made without a database.</summary>
internal static class SampleStay
{
    public static readonly BookingTerms Terms = new(TimeSpan.FromMinutes(15), TimeSpan.FromHours(2), TimeSpan.FromHours(48));
    public static readonly DateTimeOffset BookedAt = new(2027, 5, 1, 9, 30, 0, TimeSpan.Zero);
    public static readonly DateOnly CheckIn = new(2027, 6, 10);

    public static FrozenQuote Frozen(bool instant = true, int nights = 4, CancellationPolicy policy = CancellationPolicy.Flexible, DateOnly? checkIn = null, PropertyId? property = null, UserId? host = null,
        ListingStatus status = ListingStatus.Published)
    {
        var rules = new StayRules { MaxGuests = 4, InstantBook = instant, CancellationPolicy = policy };
        var price = new PriceRules { Currency = "EUR", BaseNightMinor = 100_00, CleaningFeeMinor = 40_00, Taxes = [new("City tax", TaxKind.PerGuestNight, AmountMinor: 165)] };
        var (id, hostId, from) = (property ?? PropertyId.New(), host ?? UserId.New(), checkIn ?? CheckIn);
        var quote = QuoteCalculator.Quote(new PricedListing(id, hostId, "Europe/Lisbon", rules, price), new PlatformFees(), new DateRange(from, from.AddDays(nights)), new GuestParty(2), new DateOnly(2027, 5, 1));
        var place = new PlaceView("Rua do Salitre 12", "1250-198", "Lisbon", null, "PT", 38.72, -9.15, false);
        return new FrozenQuote(quote, new BookableListing(id, hostId, status, "Garden flat", "Lisbon", "PT", "Europe/Lisbon", rules, place, null));
    }

    public static Booking Placed(bool instant = true, CancellationPolicy policy = CancellationPolicy.Flexible, DateTimeOffset? at = null) =>
        Booking.Place(new BookingOrder(UserId.New(), "Hello", null), Frozen(instant, policy: policy), Terms, at ?? BookedAt).Value.Booking;

    public static Money Due(Booking booking) => new(booking.TotalMinor, booking.Currency);

    /// <summary>A booking that has come to a status by an ordinary road; null when no road leads there.</summary>
    public static Booking? In(BookingStatus status)
    {
        var booking = Placed(instant: status is not (BookingStatus.Requested or BookingStatus.Declined));
        switch (status)
        {
            case BookingStatus.Requested or BookingStatus.PendingPayment: break;
            case BookingStatus.Declined: Took(booking.Decline(booking.HostId, null, BookedAt)); break;
            case BookingStatus.Expired: Took(booking.Lapse(BookedAt + Terms.HoldFor)); break;
            case BookingStatus.CancelledByGuest: Took(booking.Cancel(booking.GuestId, null, BookedAt)); break;
            case BookingStatus.CancelledByHost: Took(booking.Cancel(booking.HostId, null, BookedAt)); break;
            case BookingStatus.Confirmed or BookingStatus.CheckedIn or BookingStatus.Completed or BookingStatus.Disputed:
                Took(booking.Confirm(PaymentId.New(), Due(booking), BookedAt));
                if (status == BookingStatus.Disputed) Took(booking.Dispute(booking.PaymentId!.Value, BookedAt));
                if (status is BookingStatus.CheckedIn or BookingStatus.Completed) Took(booking.OpenCheckIn(booking.CheckInAt));
                if (status == BookingStatus.Completed) Took(booking.Complete(Terms, booking.CheckOutAt + Terms.CompletionGrace));
                break;
            default: return null;
        }
        return booking;
    }

    private static void Took(Result<BookingStep> step) => _ = step.Value;
}
