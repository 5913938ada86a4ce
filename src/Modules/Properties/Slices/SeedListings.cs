using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Properties.Slices;

/// <summary>Takes the published listings of the sample data, by few statements however many they are, and announces each. Those that are there already are left as they are. Not there in production.</summary>
public static class SeedListings
{
    private const int MediaAtOnce = 200;

    public static void Map(RouteGroupBuilder inside) => inside.MapPost("/seed", HandleAsync).WithMetadata(new RequestSizeLimitAttribute(64 << 20));

    private static async Task<IResult> HandleAsync(SampleBatch batch, PropertiesDb db, Outbox outbox, Locations locations, MediaClient media, CancellationToken ct)
    {
        if (batch.Listings.Count == 0) return Results.Ok(new SampleOutcome(0));
        var pictures = new List<PropertyMedia>();
        foreach (var ids in batch.Listings.SelectMany(l => l.Images).Distinct().Chunk(MediaAtOnce))
        {
            var known = await media.GetManyAsync(ids, ct);
            if (known.Refused) return known.Refusal.ToProblem();
            // What media doesn't know yet is shown when it tells of it.
            pictures.AddRange(known.Value.Select(PropertyMedia.Of).UnionBy(ids.Select(id => new PropertyMedia { MediaId = id }), m => m.MediaId));
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var added = await db.Database.SqlQueryRaw<Guid>(InsertProperties, JsonSerializer.Serialize(batch.Listings, Wire.Json)).ToListAsync(ct);
        var news = batch.Listings.Where(l => added.Contains(l.Id.Value)).ToList();
        await db.Database.ExecuteSqlRawAsync(InsertMedia, [JsonSerializer.Serialize(pictures, Wire.Json)], ct);
        await db.Database.ExecuteSqlRawAsync(InsertParts, [JsonSerializer.Serialize(news, Wire.Json), JsonSerializer.Serialize(news.Select(l => Place(l, locations)), Wire.Json)], ct);
        foreach (var ids in added.Chunk(500))
            outbox.AddAll((await PropertyReads.SelectAsync(db, [.. ids.Select(id => new PropertyId(id))], ct)).Select(r => r.Announcement()).OfType<IEvent>());
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Results.Ok(new SampleOutcome(added.Count));
    }

    private static PropertyLocation Place(SampleListing listing, Locations locations)
    {
        var place = listing.Place;
        var near = locations.Approximate(listing.Id, place.Latitude, place.Longitude);
        return new PropertyLocation
        {
            PropertyId = listing.Id, Street = place.Street, PostalCode = place.PostalCode, City = place.City, Region = place.Region, CountryCode = place.CountryCode, Latitude = place.Latitude,
            Longitude = place.Longitude, ApproximateLatitude = near.Latitude, ApproximateLongitude = near.Longitude, TimeZone = listing.TimeZone,
        };
    }

    private const string InsertProperties = """
        insert into properties (id, host_id, status, title, description, type, bedrooms, beds, bathrooms, rules, price, version, revision, created_at, updated_at, published_at)
        select id, host_id, 'published', title, description, type, bedrooms, beds, bathrooms, rules, price, 1, 1, published_at, published_at, published_at
        from jsonb_to_recordset({0}::jsonb) as r(id uuid, host_id uuid, title text, description text, type text, bedrooms int, beds int, bathrooms numeric, rules jsonb, price jsonb, published_at timestamptz)
        on conflict (id) do nothing returning id as "Value"
        """;

    private const string InsertMedia = """
        insert into property_media as m (media_id, width, height, placeholder, urls)
        select media_id, width, height, placeholder, urls from jsonb_to_recordset({0}::jsonb) as r(media_id uuid, width int, height int, placeholder text, urls jsonb) order by media_id
        on conflict (media_id) do update set width = coalesce(m.width, excluded.width), height = coalesce(m.height, excluded.height), placeholder = coalesce(m.placeholder, excluded.placeholder),
            urls = coalesce(m.urls, excluded.urls)
        """;

    private const string InsertParts = """
        with listings as (select * from jsonb_to_recordset({0}::jsonb) as r(id uuid, amenities jsonb, images jsonb)),
        amenities as (insert into property_amenities (property_id, amenity) select distinct l.id, a from listings l, jsonb_array_elements_text(l.amenities) a),
        images as (insert into property_images (property_id, media_id, position)
            select l.id, i.media::uuid, min(i.position) - 1 from listings l, jsonb_array_elements_text(l.images) with ordinality as i(media, position) group by l.id, i.media)
        insert into property_locations (property_id, street, postal_code, city, region, country_code, latitude, longitude, approximate_latitude, approximate_longitude, time_zone)
        select property_id, street, postal_code, city, region, country_code, latitude, longitude, approximate_latitude, approximate_longitude, time_zone
        from jsonb_to_recordset({1}::jsonb) as r(property_id uuid, street text, postal_code text, city text, region text, country_code text, latitude double precision, longitude double precision,
            approximate_latitude double precision, approximate_longitude double precision, time_zone text)
        """;
}
