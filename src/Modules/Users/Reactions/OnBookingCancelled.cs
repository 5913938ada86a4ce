using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>A booking was cancelled: it binds nobody any more.</summary>
public sealed class OnBookingCancelled(UsersDb db) : IReaction<BookingCancelled>
{
    public Task HandleAsync(BookingCancelled fact, ReactionContext context, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"delete from open_stays where booking_id = {fact.Booking.BookingId.Value}", ct);
}
