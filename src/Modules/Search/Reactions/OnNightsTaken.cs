using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Search.Index;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Search.Reactions;

/// <summary>Taken nights leave the results of searches with dates.</summary>
internal sealed class OnNightsTaken(SearchDb db, ListingIndex index) : IReaction<NightsTaken>
{
    public async Task HandleAsync(NightsTaken fact, ReactionContext context, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"""
            insert into search_taken_nights (entry_id, property_id, first_night, end_date) values ({fact.EntryId}, {fact.PropertyId.Value}, {fact.Start}, {fact.End})
            on conflict (entry_id) do update set first_night = excluded.first_night, end_date = excluded.end_date
            """, ct);
        await IndexKeeping.TellAsync(db, fact.PropertyId, ct);
        context.AfterCommit(() => index.Take(fact.PropertyId, fact.EntryId, fact.Start, fact.End));
    }
}
