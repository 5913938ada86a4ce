using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EstoSpaces.Properties;

/// <summary>Reads listings by one SQL statement each, as their public view. Nothing is tracked or locked.</summary>
public sealed class PropertyReads(NpgsqlDataSource source)
{
    private const string Columns = """
        p.id, p.host_id, p.status, p.title, p.description, p.type, p.bedrooms, p.beds, p.bathrooms, p.rules::text, p.price::text, p.version, p.created_at, p.updated_at, p.published_at,
        l.street, l.postal_code, l.city, l.region, l.country_code, l.latitude, l.longitude, l.approximate_latitude, l.approximate_longitude, l.time_zone,
        array(select a.amenity from property_amenities a where a.property_id = p.id order by a.amenity collate "C"),
        (select coalesce(jsonb_agg(jsonb_build_object('id', i.media_id, 'caption', i.caption, 'width', coalesce(m.width, 0), 'height', coalesce(m.height, 0), 'placeholder', m.placeholder,
            'urls', coalesce(m.urls, '{}'::jsonb)) order by i.position), '[]'::jsonb)::text
         from property_images i join property_media m on m.media_id = i.media_id where i.property_id = p.id), p.revision
        """;

    private const string Tables = "from properties p left join property_locations l on l.property_id = p.id";

    /// <summary>A listing in any state, as its host sees it; null when there is none or it is deleted.</summary>
    public async Task<PropertyView?> FindAsync(PropertyId id, CancellationToken ct, bool alsoDeleted = false)
    {
        var rows = await SelectAsync($"where p.id = $1 and (p.status <> 'deleted' or {(alsoDeleted ? "true" : "false")})", [id.Value], ct);
        return rows.Count == 0 ? null : rows[0].Exact;
    }

    /// <summary>Listings with their exact and their approximate place. <paramref name="tail"/> begins with where; p and l name the tables.</summary>
    public Task<List<Row>> SelectAsync(string tail, object?[] arguments, CancellationToken ct) => source.QueryAsync($"select {Columns} {Tables} {tail}", arguments, Read, ct);

    /// <summary>The listings as a transaction that is still open sees them.</summary>
    public static async Task<List<Row>> SelectAsync(PropertiesDb db, PropertyId[] ids, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            await using var command = ((NpgsqlConnection)db.Database.GetDbConnection()).Sql($"select {Columns} {Tables} where p.id = any($1)", ids.Select(id => id.Value).ToArray());
            await using var reader = await command.ExecuteReaderAsync(ct);
            var rows = new List<Row>();
            while (await reader.ReadAsync(ct)) rows.Add(Read(reader));
            return rows;
        }
        finally { await db.Database.CloseConnectionAsync(); }
    }

    /// <summary>A listing as its host may see it, and what others get of it.</summary>
    public sealed record Row(PropertyView Exact, double? ApproximateLatitude, double? ApproximateLongitude, long Revision)
    {
        public PropertyView For(Caller? caller) => caller is not null && (caller.UserId == Exact.HostId || caller.IsAdmin) ? Exact : ForStrangers();

        /// <summary>What other modules hear; null for a listing that was never published, of which they know nothing.</summary>
        public ListingChanged? Announcement() => Exact is not { PublishedAt: { } published, Place: { } place, TimeZone: { } zone, Price: { } price } ? null : new(new ListingSnapshot
        {
            Id = Exact.Id, HostId = Exact.HostId, Status = Exact.Status, Title = Exact.Title, Description = Exact.Description, Type = Exact.Type, Bedrooms = Exact.Bedrooms, Beds = Exact.Beds,
            Bathrooms = Exact.Bathrooms, Latitude = place.Latitude, Longitude = place.Longitude, ApproximateLatitude = ApproximateLatitude!.Value, ApproximateLongitude = ApproximateLongitude!.Value,
            City = place.City, Region = place.Region, CountryCode = place.CountryCode, TimeZone = zone, Rules = Exact.Rules, Price = price, Amenities = Exact.Amenities, Images = Exact.Images,
            PublishedAt = published, Version = Revision,
        });

        /// <summary>No street, no postal code, and a point some hundred metres away.</summary>
        private PropertyView ForStrangers() => Exact with
        {
            Place = Exact.Place is { } place
                ? place with { Street = null, PostalCode = null, Latitude = ApproximateLatitude!.Value, Longitude = ApproximateLongitude!.Value, Approximate = true } : null,
        };
    }

    private static Row Read(NpgsqlDataReader row) => new(
        new PropertyView
        {
            Id = new(row.GetGuid(0)), HostId = new(row.GetGuid(1)), Status = Named<ListingStatus>(row.GetString(2)), Title = row.GetString(3), Description = row.GetString(4),
            Type = Named<PropertyType>(row.GetString(5)), Bedrooms = row.GetInt32(6), Beds = row.GetInt32(7), Bathrooms = row.GetDecimal(8), Rules = Json<StayRules>(row.GetString(9)),
            Price = row.Text(10) is { } price ? Json<PriceRules>(price) : null, Version = row.GetInt64(11), CreatedAt = row.GetFieldValue<DateTimeOffset>(12),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(13), PublishedAt = row.Maybe<DateTimeOffset>(14),
            Place = row.IsDBNull(17) ? null : new PlaceView(row.Text(15), row.Text(16), row.GetString(17), row.Text(18), row.GetString(19), row.GetDouble(20), row.GetDouble(21), Approximate: false),
            TimeZone = row.Text(24), Amenities = row.GetFieldValue<string[]>(25), Images = Json<List<ImageView>>(row.GetString(26)),
        },
        row.Maybe<double>(22), row.Maybe<double>(23), row.GetInt64(27));

    private static T Json<T>(string text) => JsonSerializer.Deserialize<T>(text, Wire.Json)!;

    private static T Named<T>(string name) where T : struct, Enum => Wire.TryName<T>(name, out var value) ? value : throw new FormatException($"'{name}' is not a {typeof(T).Name}");
}
