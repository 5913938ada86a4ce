using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Search.Index;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Search.Reactions;

/// <summary>Freed nights come back into the results.</summary>
internal sealed class OnNightsFreed(SearchDb db, ListingIndex index) : IReaction<NightsFreed>
{
    public async Task HandleAsync(NightsFreed fact, ReactionContext context, CancellationToken ct)
    {
        await db.Database.ExecuteSqlAsync($"delete from search_taken_nights where entry_id = {fact.EntryId}", ct);
        await IndexKeeping.TellAsync(db, fact.PropertyId, ct);
        context.AfterCommit(() => index.Free(fact.PropertyId, fact.EntryId));
    }
}
