using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Bookings;

/// <summary>Who a listing belongs to and whether it is shown.</summary>
public sealed record KnownListing(PropertyId Id, UserId HostId, ListingStatus Status, string TimeZone);

/// <summary>Listings from this module's copy; the property service is asked for one that hasn't arrived yet (drafts never do).</summary>
public sealed class KnownListings(NpgsqlDataSource source, PropertiesClient properties)
{
    /// <summary>Whether it was published once: then its absence is no secret.</summary>
    public async Task<bool> WasShownAsync(PropertyId id, CancellationToken ct)
    {
        await using var known = source.Sql("select exists (select from known_listings where property_id = $1)", id.Value);
        return (bool)(await known.ExecuteScalarAsync(ct))!;
    }

    public async Task<Result<KnownListing>> FindAsync(PropertyId id, CancellationToken ct)
    {
        var known = await source.QueryAsync("select host_id, status, time_zone from known_listings where property_id = $1", [id.Value],
            reader => new KnownListing(id, new UserId(reader.GetGuid(0)), Wire.TryName<ListingStatus>(reader.GetString(1), out var status) ? status : ListingStatus.Draft, reader.GetString(2)), ct);
        if (known is [var listing]) return listing;
        var asked = await properties.GetListingAsync(id, ct);
        return asked.Refused ? asked.Refusal : new KnownListing(id, asked.Value.HostId, asked.Value.Status, asked.Value.TimeZone);
    }
}
