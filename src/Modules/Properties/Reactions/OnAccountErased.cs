using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Properties.Reactions;

/// <summary>A host had himself erased: his listings go, and with them what they say and where they are. The rows stay, empty, because bookings name them.</summary>
public sealed class OnAccountErased(PropertiesDb db, Outbox outbox) : IReaction<AccountErased>
{
    public async Task HandleAsync(AccountErased fact, ReactionContext context, CancellationToken ct)
    {
        var ids = await db.Database.SqlQuery<Guid>($"""
            update properties set status = 'deleted', title = '', description = '', rules = rules - 'house_rules', version = version + 1, revision = revision + 1, updated_at = {fact.ErasedAt.ToUniversalTime()}
            where host_id = {fact.UserId.Value} returning id as "Value"
            """).ToListAsync(ct);
        if (ids.Count == 0) return;
        var listings = ids.ToArray();
        await db.Database.ExecuteSqlAsync($"delete from property_images where property_id = any({listings})", ct);
        // The approximate point takes the place of the exact one: bookings of the past keep a town to name.
        await db.Database.ExecuteSqlAsync($"""
            update property_locations set street = null, postal_code = null, latitude = approximate_latitude, longitude = approximate_longitude where property_id = any({listings})
            """, ct);
        var rows = await PropertyReads.SelectAsync(db, [.. ids.Select(id => new PropertyId(id))], ct);
        outbox.AddAll(rows.Select(r => r.Announcement()).OfType<IEvent>());
    }
}
