using System.Text;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>Anybody lists published listings by simple filters, newest first or nearest first; search with dates and totals is the search service's. Hosts may ask for their own in other states.</summary>
public static class ListProperties
{
    // Properties, not a primary constructor: the generator of request delegates can't read nullable parameters of one.
    public sealed record Request : IChecked
    {
        [FromQuery(Name = "city")] public string? City { get; init; }
        [FromQuery(Name = "country")] public string? Country { get; init; }
        [FromQuery(Name = "type")] public string? Type { get; init; }
        [FromQuery(Name = "min_price")] public long? MinPrice { get; init; }
        [FromQuery(Name = "max_price")] public long? MaxPrice { get; init; }
        [FromQuery(Name = "bedrooms")] public int? Bedrooms { get; init; }
        [FromQuery(Name = "guests")] public int? Guests { get; init; }
        [FromQuery(Name = "amenities")] public string? Amenities { get; init; }
        [FromQuery(Name = "host_id")] public string? HostId { get; init; }
        [FromQuery(Name = "status")] public string? Status { get; init; }
        [FromQuery(Name = "near")] public string? Near { get; init; }
        [FromQuery(Name = "radius_km")] public double? RadiusKm { get; init; }

        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Length(City, "city", 0, 100);
            yield return Checks.That(Names<PropertyType>(Type) is not null, "invalid_filter", "type names one or more property types, with commas.", "type");
            yield return Checks.That(HostId is null || UserId.TryParse(HostId, out _), "invalid_filter", "host_id is an id.", "host_id");
            yield return Checks.That(Status is null || Wire.TryName<ListingStatus>(Status, out _), "invalid_filter", "status is draft, published or unpublished.", "status");
            yield return Checks.That(Near is null || Point is not null, "invalid_filter", "near is a latitude and a longitude, with a comma.", "near");
            yield return Checks.Range(RadiusKm, "radius_km", 0.1, 20_000);
            yield return AmenityCheck.Of(Amenities?.Split(','));
        }

        public (double Latitude, double Longitude)? Point => Near?.Split(',') is [var a, var b]
            && double.TryParse(a, System.Globalization.CultureInfo.InvariantCulture, out var latitude) && double.TryParse(b, System.Globalization.CultureInfo.InvariantCulture, out var longitude)
            && latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180 ? (latitude, longitude) : null;

        /// <summary>Wire names of the enum, or null when one is unknown; empty when none is asked for.</summary>
        public static string[]? Names<T>(string? list) where T : struct, Enum =>
            list is null or "" ? [] : list.Split(',') is var names && names.All(n => Wire.TryName<T>(n, out _)) ? names : null;
    }

    public static void Map(RouteGroupBuilder properties) => properties.MapGet("", HandleAsync).WithName("ListProperties").Produces<Page<PropertyView>>();

    private static async Task<IResult> HandleAsync([AsParameters] Request request, PageRequest page, Caller? caller, PropertyReads reads, Locations locations, CancellationToken ct)
    {
        var status = request.Status ?? "published";
        var own = caller is not null && (caller.IsAdmin || request.HostId is not null && UserId.TryParse(request.HostId, out var host) && host == caller.UserId);
        if (status != "published" && !own) return Refusal.Forbidden("not_allowed", "Only your own listings can be listed in that state.").ToProblem();

        var (where, arguments) = (new StringBuilder("where p.status = $1"), new List<object?> { status });
        Filter(request.City, "lower(l.city) = lower({0})");
        Filter(request.Country?.ToUpperInvariant(), "l.country_code = {0}");
        Filter(Request.Names<PropertyType>(request.Type) is { Length: > 0 } types ? types : null, "p.type = any({0})");
        Filter(request.MinPrice, "p.base_night_minor >= {0}");
        Filter(request.MaxPrice, "p.base_night_minor <= {0}");
        Filter(request.Bedrooms, "p.bedrooms >= {0}");
        Filter(request.Guests, "p.max_guests >= {0}");
        Filter(UserId.TryParse(request.HostId, out var id) ? id.Value : null, "p.host_id = {0}");
        Filter(request.Amenities?.Split(',').Distinct().ToArray(), "(select count(*) from property_amenities a where a.property_id = p.id and a.amenity = any({0})) = cardinality({0})");

        if (request.Point is { } point)
        {
            arguments.AddRange([point.Latitude, point.Longitude, page.Limit]);
            var nearestFirst = await locations.NearestFirstAsync(arguments.Count - 2, arguments.Count - 1, ct);
            var nearest = await reads.SelectAsync($"{where} and l.property_id is not null order by {nearestFirst} limit ${arguments.Count}", [.. arguments], ct);
            var radius = (request.RadiusKm ?? 50) * 1_000;
            return Results.Ok(new Page<PropertyView>([.. nearest.TakeWhile(r => Locations.Metres(point, (r.ApproximateLatitude!.Value, r.ApproximateLongitude!.Value)) <= radius).Select(r => r.For(caller))], null));
        }
        if (page.TimeAndId() is { } after)
        {
            arguments.AddRange([after.At.ToUniversalTime(), after.Id]);
            where.Append($" and (p.created_at, p.id) < (${arguments.Count - 1}, ${arguments.Count})");
        }
        arguments.Add(page.Limit + 1);
        var rows = await reads.SelectAsync($"{where} order by p.created_at desc, p.id desc limit ${arguments.Count}", [.. arguments], ct);
        var cut = page.Cut(rows, r => (r.Exact.CreatedAt, r.Exact.Id.Value));
        return Results.Ok(new Page<PropertyView>([.. cut.Data.Select(r => r.For(caller))], cut.NextCursor));

        void Filter(object? value, string condition)
        {
            if (value is null or "") return;
            arguments.Add(value);
            where.Append(" and ").Append(condition.Replace("{0}", $"${arguments.Count}", StringComparison.Ordinal));
        }
    }
}
