using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Bookings.Reactions;

/// <summary>Keeps this module's copy of who owns which listing. Old news changes nothing.</summary>
public sealed class OnListingChanged(BookingsDb db) : IReaction<ListingChanged>
{
    public Task HandleAsync(ListingChanged fact, ReactionContext context, CancellationToken ct)
    {
        var listing = fact.Listing;
        return db.Database.ExecuteSqlAsync($"""
            insert into known_listings as k (property_id, host_id, status, time_zone, version)
            values ({listing.Id.Value}, {listing.HostId.Value}, {Wire.Name(listing.Status)}, {listing.TimeZone}, {listing.Version})
            on conflict (property_id) do update set host_id = excluded.host_id, status = excluded.status, time_zone = excluded.time_zone, version = excluded.version
            where k.version < excluded.version
            """, ct);
    }
}
