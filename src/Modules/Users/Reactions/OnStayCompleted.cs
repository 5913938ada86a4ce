using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>A stay is over: it binds nobody any more.</summary>
public sealed class OnStayCompleted(UsersDb db) : IReaction<StayCompleted>
{
    public Task HandleAsync(StayCompleted fact, ReactionContext context, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"delete from open_stays where booking_id = {fact.Booking.BookingId.Value}", ct);
}
