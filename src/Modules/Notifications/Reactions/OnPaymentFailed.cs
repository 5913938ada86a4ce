using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A payment was declined: the guest is told once for a booking; at the checkout he sees every decline himself.</summary>
public sealed class OnPaymentFailed(BookingCards cards, PostOffice post, PaymentLetters letters) : IReaction<PaymentFailed>
{
    public async Task HandleAsync(PaymentFailed fact, ReactionContext context, CancellationToken ct)
    {
        var booking = await cards.FindAsync(fact.BookingId, ct);
        await post.SendAsync(fact.GuestId, Templates.PaymentFailed, $"payment_failed:{fact.BookingId}", (t, c) => letters.Failed(t, c.Name, fact, booking), ct);
    }
}
