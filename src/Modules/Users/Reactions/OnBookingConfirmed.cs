using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>A stay is certain: until it is over, neither guest nor host can be erased.</summary>
public sealed class OnBookingConfirmed(UsersDb db) : IReaction<BookingConfirmed>
{
    public Task HandleAsync(BookingConfirmed fact, ReactionContext context, CancellationToken ct)
    {
        var booking = fact.Booking;
        return db.Database.ExecuteSqlAsync($"insert into open_stays (booking_id, user_id) values ({booking.BookingId.Value}, {booking.GuestId.Value}), ({booking.BookingId.Value}, {booking.HostId.Value}) on conflict do nothing", ct);
    }
}
