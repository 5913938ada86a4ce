using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Search.Index;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Search.Reactions;

/// <summary>A listing that is published appears, one that is not disappears. Old news (a lower version) changes nothing.</summary>
internal sealed class OnListingChanged(SearchDb db, ListingIndex index) : IReaction<ListingChanged>
{
    public async Task HandleAsync(ListingChanged fact, ReactionContext context, CancellationToken ct)
    {
        var (listing, document) = (fact.Listing, JsonSerializer.Serialize(fact.Listing, Wire.Json));
        await db.Database.ExecuteSqlAsync($"""
            insert into search_indices as s (property_id, version, status, document) values ({listing.Id.Value}, {listing.Version}, {Wire.Name(listing.Status)}, {document}::jsonb)
            on conflict (property_id) do update set version = excluded.version, status = excluded.status, document = excluded.document, indexed_at = now() where s.version < excluded.version
            """, ct);
        await IndexKeeping.TellAsync(db, listing.Id, ct);
        context.AfterCommit(() => index.Put(listing));
    }
}
