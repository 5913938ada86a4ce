using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A booking was cancelled: both sides are told what it means for them.</summary>
public sealed class OnBookingCancelled(BookingCards cards, Contacts contacts, PostOffice post, BookingLetters letters, TimeProvider clock) : IReaction<BookingCancelled>
{
    public async Task HandleAsync(BookingCancelled fact, ReactionContext context, CancellationToken ct)
    {
        await cards.KeepAsync(fact.Booking, ct);
        var (booking, now) = (fact.Booking, clock.GetUtcNow());
        var guest = await contacts.NameAsync(booking.GuestId, ct);
        await post.SendAsync(booking.GuestId, Templates.BookingCancelledGuest, $"booking_cancelled:{booking.BookingId}:guest", (t, c) => letters.CancelledForGuest(t, c.Name, fact, now), ct);
        if (fact.PaymentId is null) return; // the host never knew of it
        await post.SendAsync(booking.HostId, Templates.BookingCancelledHost, $"booking_cancelled:{booking.BookingId}:host", (t, c) => letters.CancelledForHost(t, c.Name, fact, guest), ct);
    }
}
