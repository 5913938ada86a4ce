using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Bookings.Reactions;

/// <summary>
/// The money is in: the booking is confirmed. One whose hold had lapsed comes back if its nights are still free. Any other payment is refused whole, and the payment service gives it back:
/// a second one, one of another amount, one for nights that are gone or a booking that ended.
/// </summary>
public sealed partial class OnPaymentSucceeded(BookingsDb db, BookingSteps steps, Outbox outbox, TimeProvider clock, ILogger<OnPaymentSucceeded> log) : IReaction<PaymentSucceeded>
{
    public async Task HandleAsync(PaymentSucceeded fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.LoadInTurnAsync(fact.BookingId, ct) is not { } booking)
        {
            GiveBack(fact, BookingRefusals.NotFound);
            return;
        }
        if (booking.PaymentId == fact.PaymentId) return; // told twice
        var isLate = booking.Status == BookingStatus.Expired;
        if (isLate && await steps.AnyTakenAsync(booking.PropertyId, booking.Stay, ct))
        {
            GiveBack(fact, BookingRefusals.DatesTaken);
            return;
        }
        // A deposit was made when its block was, perhaps before the hold ended, however long it took to count; the contract reckons its grace from then, so must the booking.
        var confirmed = booking.Confirm(fact.PaymentId, fact.Amount, clock.GetUtcNow(), fact.Method is PaymentMethod.Eth ? fact.SucceededAt : null);
        if (confirmed.Refused) GiveBack(fact, confirmed.Refusal);
        else await steps.WriteAsync(booking, confirmed.Value, ct);
    }

    private void GiveBack(PaymentSucceeded fact, Refusal why)
    {
        LogRefused(fact.PaymentId, fact.BookingId, why.Code);
        outbox.Add(new LatePaymentRefused(fact.BookingId, fact.PaymentId, why.Code));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Payment {PaymentId} for booking {BookingId} goes back: {Reason}")]
    private partial void LogRefused(PaymentId paymentId, BookingId bookingId, string reason);
}
