using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Reactions;

/// <summary>The host sees from now on what he will get and when.</summary>
public sealed class OnBookingConfirmed(PaymentsDb db, Settings settings, TimeProvider clock) : IReaction<BookingConfirmed>
{
    public async Task HandleAsync(BookingConfirmed fact, ReactionContext context, CancellationToken ct)
    {
        var (booking, quote) = (fact.Booking, fact.Booking.Quote);
        if (await db.Payouts.AnyAsync(p => p.BookingId == booking.BookingId, ct)) return;
        db.Payouts.Add(new Payout
        {
            BookingId = booking.BookingId, PaymentId = fact.PaymentId, HostId = booking.HostId, BookingReference = booking.Reference, PropertyTitle = booking.PropertyTitle,
            CheckIn = booking.CheckIn, CheckOut = booking.CheckOut, AmountMinor = quote.PayoutMinor, Currency = quote.Currency, Status = PayoutStatus.Pending, Reason = "awaiting_check_out",
            AvailableAt = quote.CheckOutAt.ToUniversalTime() + TimeSpan.FromHours(settings.Int("DISPUTE_WINDOW_HOURS")), CreatedAt = clock.GetUtcNow(),
        });
    }
}
