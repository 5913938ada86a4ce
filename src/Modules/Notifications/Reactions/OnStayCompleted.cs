using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A stay is over: the guest is thanked and asked how it was, unless it was long ago.</summary>
public sealed class OnStayCompleted(PostOffice post, BookingLetters letters, TimeProvider clock) : IReaction<StayCompleted>
{
    /// <summary>Older news is history and is not mailed.</summary>
    internal static readonly TimeSpan Stale = TimeSpan.FromDays(7);

    public async Task HandleAsync(StayCompleted fact, ReactionContext context, CancellationToken ct)
    {
        if (fact.CompletedAt < clock.GetUtcNow() - Stale) return;
        await post.SendAsync(fact.Booking.GuestId, Templates.StayCompleted, $"stay_completed:{fact.Booking.BookingId}", (t, c) => letters.Completed(t, c.Name, fact.Booking), ct);
    }
}
