using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>Money went back: the guest is told how much.</summary>
public sealed class OnRefundSucceeded(BookingCards cards, PostOffice post, PaymentLetters letters) : IReaction<RefundSucceeded>
{
    public async Task HandleAsync(RefundSucceeded fact, ReactionContext context, CancellationToken ct)
    {
        var booking = await cards.FindAsync(fact.BookingId, ct);
        await post.SendAsync(fact.GuestId, Templates.RefundIssued, $"refund_issued:{fact.RefundId}", (t, c) => letters.Refunded(t, c.Name, fact, booking), ct);
    }
}
