using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>Nobody paid or answered in time: the guest is told.</summary>
public sealed class OnBookingExpired(PostOffice post, BookingLetters letters) : IReaction<BookingExpired>
{
    public async Task HandleAsync(BookingExpired fact, ReactionContext context, CancellationToken ct)
    {
        await post.SendAsync(fact.Booking.GuestId, Templates.BookingExpired, $"booking_expired:{fact.Booking.BookingId}", (t, c) => letters.Expired(t, c.Name, fact.Booking), ct);
    }
}
