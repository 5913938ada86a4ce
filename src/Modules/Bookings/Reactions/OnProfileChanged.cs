using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Reactions;

/// <summary>Keeps this module's copy of people's names.</summary>
public sealed class OnProfileChanged(BookingsDb db) : IReaction<ProfileChanged>
{
    public Task HandleAsync(ProfileChanged fact, ReactionContext context, CancellationToken ct) => db.Database.ExecuteSqlAsync($"""
        insert into known_people (user_id, display_name) values ({fact.UserId.Value}, {fact.DisplayName})
        on conflict (user_id) do update set display_name = excluded.display_name
        """, ct);
}
