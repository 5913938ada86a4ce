using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Media.Reactions;

/// <summary>Remembers which pictures a listing shows, so that nobody deletes them from under it. Facts of one listing come in their order.</summary>
public sealed class OnListingChanged(MediaDb db) : IReaction<ListingChanged>
{
    public async Task HandleAsync(ListingChanged fact, ReactionContext context, CancellationToken ct)
    {
        var listing = $"listing:{fact.Listing.Id}";
        var shown = fact.Listing.Status == ListingStatus.Deleted ? [] : fact.Listing.Images.Select(image => image.Id.Value).Distinct().ToArray();
        await db.Database.ExecuteSqlAsync($"delete from media_uses where shown_by = {listing} and not media_id = any({shown})", ct);
        await db.Database.ExecuteSqlAsync($"insert into media_uses (media_id, shown_by) select unnest({shown}), {listing} on conflict do nothing", ct);
    }
}
