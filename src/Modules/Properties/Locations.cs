using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Properties;

/// <summary>
/// The one seam to geography: the approximate point that strangers see, and nearness in SQL, by PostGIS or by earthdistance, whichever the schema found.
/// Order goes by the index operator <c>&lt;-&gt;</c>, never by a distance function.
/// </summary>
public sealed class Locations(NpgsqlDataSource source, ModuleContext context)
{
    private const double NearestMetres = 80, FarthestMetres = 300, MetresADegree = 111_320;
    private readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, context.ServiceKey, 32, info: "approximate points of listings"u8.ToArray());
    private bool? postgis;

    /// <summary>How nearness to a point (latitude $a, longitude $b) reads in SQL over <c>property_locations l</c>.</summary>
    public sealed record Nearness(string Order, string DistanceMetres, string WithinMetres);

    /// <summary>
    /// A point 80 to 300 m away, always the same for a listing, wherever it moves: asking twice tells nothing more. The direction comes from a keyed hash,
    /// because anybody could undo one that follows from the id alone.
    /// </summary>
    public (double Latitude, double Longitude) Approximate(PropertyId id, double latitude, double longitude)
    {
        var hash = HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(id.ToString()));
        var angle = Math.Tau * BitConverter.ToUInt32(hash, 0) / (uint.MaxValue + 1d);
        // The root spreads points evenly over the ring instead of crowding them inside.
        var part = BitConverter.ToUInt32(hash, 4) / (uint.MaxValue + 1d);
        var metres = Math.Sqrt(NearestMetres * NearestMetres + part * (FarthestMetres * FarthestMetres - NearestMetres * NearestMetres));
        var lat = Math.Clamp(latitude + metres * Math.Sin(angle) / MetresADegree, -90, 90);
        var lng = longitude + metres * Math.Cos(angle) / (MetresADegree * Math.Max(0.01, Math.Cos(latitude * Math.PI / 180)));
        lng = lng > 180 ? lng - 360 : lng < -180 ? lng + 360 : lng;
        return (Math.Round(lat, 5), Math.Round(lng, 5));
    }

    /// <summary>$a, $b: latitude and longitude; $c: metres.</summary>
    public async Task<Nearness> NearnessAsync(int a, int b, int c, CancellationToken ct)
    {
        postgis ??= (await source.QueryAsync("select true from information_schema.columns where table_name = 'property_locations' and column_name = 'point'", [], r => r.GetBoolean(0), ct)).Count > 0;
        if (postgis.Value)
        {
            var point = $"st_setsrid(st_makepoint(${b}, ${a}), 4326)::geography";
            return new Nearness($"l.point <-> {point}", $"st_distance(l.point, {point})", $"st_dwithin(l.point, {point}, ${c})");
        }
        var (here, there) = ($"ll_to_earth(${a}, ${b})", "ll_to_earth(l.approximate_latitude, l.approximate_longitude)");
        return new Nearness($"{there} <-> {here}", $"earth_distance({there}, {here})", $"earth_box({here}, ${c}) @> {there} and earth_distance({there}, {here}) <= ${c}");
    }
}
