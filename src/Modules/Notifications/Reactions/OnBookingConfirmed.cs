using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A stay is paid and certain: guest and host get their confirmations. News older than a week is history (sample data, a backlog after a long break) and is not mailed.</summary>
public sealed class OnBookingConfirmed(BookingCards cards, Contacts contacts, PostOffice post, BookingLetters letters, TimeProvider clock) : IReaction<BookingConfirmed>
{
    public async Task HandleAsync(BookingConfirmed fact, ReactionContext context, CancellationToken ct)
    {
        await cards.KeepAsync(fact.Booking, ct);
        var now = clock.GetUtcNow();
        if (fact.ConfirmedAt < now - OnStayCompleted.Stale) return;
        var booking = fact.Booking;
        var guest = await contacts.NameAsync(booking.GuestId, ct);
        await post.SendAsync(booking.GuestId, Templates.BookingConfirmedGuest, $"booking_confirmed:{booking.BookingId}:guest", (t, c) => letters.ConfirmedForGuest(t, c.Name, fact, now), ct);
        await post.SendAsync(booking.HostId, Templates.BookingConfirmedHost, $"booking_confirmed:{booking.BookingId}:host", (t, c) => letters.ConfirmedForHost(t, c.Name, fact, guest), ct);
    }
}
