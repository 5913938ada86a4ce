using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>The host said no: the guest is told.</summary>
public sealed class OnBookingDeclined(PostOffice post, BookingLetters letters) : IReaction<BookingDeclined>
{
    public async Task HandleAsync(BookingDeclined fact, ReactionContext context, CancellationToken ct)
    {
        await post.SendAsync(fact.Booking.GuestId, Templates.BookingDeclined, $"booking_declined:{fact.Booking.BookingId}", (t, c) => letters.Declined(t, c.Name, fact), ct);
    }
}
