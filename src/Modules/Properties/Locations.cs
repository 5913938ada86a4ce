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

    /// <summary>
    /// SQL that orders <c>property_locations l</c> by nearness to the point whose latitude and longitude are the arguments $a and $b. With a limit, the index gives
    /// the first rows without looking at the others; a condition on the distance would not, so radiuses are cut afterwards.
    /// </summary>
    public async Task<string> NearestFirstAsync(int a, int b, CancellationToken ct)
    {
        postgis ??= (await source.QueryAsync("select true from information_schema.columns where table_name = 'property_locations' and column_name = 'point'", [], r => r.GetBoolean(0), ct)).Count > 0;
        return postgis.Value ? $"l.point <-> st_setsrid(st_makepoint(${b}, ${a}), 4326)::geography"
            : $"ll_to_earth(l.approximate_latitude, l.approximate_longitude) <-> ll_to_earth(${a}, ${b})";
    }

    /// <summary>Metres along a great circle (haversine).</summary>
    public static double Metres((double Latitude, double Longitude) from, (double Latitude, double Longitude) to)
    {
        const double radian = Math.PI / 180;
        var (north, east) = (Math.Sin((to.Latitude - from.Latitude) * radian / 2), Math.Sin((to.Longitude - from.Longitude) * radian / 2));
        var half = north * north + Math.Cos(from.Latitude * radian) * Math.Cos(to.Latitude * radian) * east * east;
        return 2 * MetresADegree / radian * Math.Asin(Math.Min(1, Math.Sqrt(half)));
    }
}
