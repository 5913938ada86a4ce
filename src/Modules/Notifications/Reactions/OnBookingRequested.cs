using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A guest asked to stay: the host must answer.</summary>
public sealed class OnBookingRequested(BookingCards cards, Contacts contacts, PostOffice post, BookingLetters letters) : IReaction<BookingRequested>
{
    public async Task HandleAsync(BookingRequested fact, ReactionContext context, CancellationToken ct)
    {
        await cards.KeepAsync(fact.Booking, ct);
        var guest = await contacts.NameAsync(fact.Booking.GuestId, ct);
        await post.SendAsync(fact.Booking.HostId, Templates.BookingRequested, $"booking_requested:{fact.Booking.BookingId}", (t, c) => letters.Requested(t, c.Name, fact, guest), ct);
    }
}
