using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>Nights are held until they are paid: the guest is looking at the checkout, so nothing is sent, but later letters need to know the booking.</summary>
public sealed class OnBookingHeld(BookingCards cards) : IReaction<BookingHeld>
{
    public async Task HandleAsync(BookingHeld fact, ReactionContext context, CancellationToken ct)
    {
        await cards.KeepAsync(fact.Booking, ct);
    }
}
