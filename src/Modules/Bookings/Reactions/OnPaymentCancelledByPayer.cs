using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Bookings.Reactions;

/// <summary>The guest cancelled at the escrow contract: so did he here, at that time and with that refund. A booking that had ended before stays as it is.</summary>
public sealed partial class OnPaymentCancelledByPayer(BookingsDb db, BookingSteps steps, ILogger<OnPaymentCancelledByPayer> log) : IReaction<PaymentCancelledByPayer>
{
    public async Task HandleAsync(PaymentCancelledByPayer fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.LoadInTurnAsync(fact.BookingId, ct) is not { } booking) return;
        var own = booking.RefundAt(fact.CancelledAt);
        var cancelled = booking.CancelFromWallet(fact.PaymentId, fact.CancelledAt, fact.Refund.AmountMinor);
        if (cancelled.Refused) return;
        if (own != fact.Refund.AmountMinor) LogDiffers(booking.Id, fact.Refund.AmountMinor, own);
        await steps.WriteAsync(booking, cancelled.Value, ct);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Booking {BookingId} was cancelled from the guest's wallet: the contract gave back {Given}, its terms say {Own}")]
    private partial void LogDiffers(BookingId bookingId, long given, long own);
}
