using System.Runtime.InteropServices;
using System.Text;

namespace EstoSpaces.Properties.TimeZones;

/// <summary>
/// IANA time zones by coordinates: a grid of 48 × 24 cells over the world, each divided in four where zones meet, down to about two kilometres. The data is
/// tz-lookup's, made into a resource by make-table.mjs. On a border it may err by a cell, so the country that the host names decides there.
/// </summary>
public static class ZoneTable
{
    private const int Columns = 48, Rows = 24, CodeSpace = 3136;
    private static readonly (string[] Zones, Dictionary<string, string[]> Countries, ushort[] Cells) Table = Load();

    /// <summary>Names that are in the table.</summary>
    public static IReadOnlyList<string> Names => Table.Zones;

    public static bool IsCountry(string? code) => code is not null && Table.Countries.ContainsKey(code);

    /// <summary>The zone at a point of a country (ISO 3166-1 alpha-2). A country that tzdata doesn't know gets the zone of the point alone.</summary>
    public static string At(double latitude, double longitude, string? country)
    {
        var zone = At(latitude, longitude);
        if (country is null || !Table.Countries.TryGetValue(country, out var own) || own.Contains(zone)) return zone;
        return own.Length == 1 ? own[0] : Nearest(latitude, longitude, own) ?? zone;
    }

    /// <summary>The zone of the cell that holds the point.</summary>
    public static string At(double latitude, double longitude)
    {
        var x = Columns * (180 + longitude) / 360.00000000000006;
        var y = Rows * (90 - latitude) / 180.00000000000003;
        var (column, row) = ((int)x, (int)y);
        var (zones, _, cells) = Table;
        int value = cells[row * Columns + column];
        for (var at = -1; value + zones.Length < CodeSpace;)
        {
            at += value + 1;
            x = 2 * (x - column) % 2;
            y = 2 * (y - row) % 2;
            (column, row) = ((int)x, (int)y);
            value = cells[Columns * Rows + 4 * at + 2 * row + column];
        }
        return zones[value + zones.Length - CodeSpace];
    }

    /// <summary>Looks around in widening rings, some three kilometres apart, for a zone of the country.</summary>
    private static string? Nearest(double latitude, double longitude, string[] wanted)
    {
        for (var ring = 1; ring <= 60; ring++)
        {
            for (var step = 0; step < 16; step++)
            {
                var angle = Math.Tau * step / 16;
                var lat = Math.Clamp(latitude + ring * 0.03 * Math.Sin(angle), -89.9, 89.9);
                var lng = longitude + ring * 0.03 * Math.Cos(angle) / Math.Max(0.1, Math.Cos(latitude * Math.PI / 180));
                if (At(lat, lng > 180 ? lng - 360 : lng < -180 ? lng + 360 : lng) is var zone && wanted.Contains(zone)) return zone;
            }
        }
        return null;
    }

    private static (string[], Dictionary<string, string[]>, ushort[]) Load()
    {
        using var stream = typeof(ZoneTable).Assembly.GetManifestResourceStream("time-zones.bin")!;
        using var reader = new BinaryReader(stream);
        var header = Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32())).Split('\n');
        var countries = header[1].Split(';').Select(line => line.Split('=')).ToDictionary(pair => pair[0], pair => pair[1].Split(','), StringComparer.Ordinal);
        var cells = MemoryMarshal.Cast<byte, ushort>(reader.ReadBytes((int)(stream.Length - stream.Position))).ToArray();
        return (header[0].Split(','), countries, cells);
    }
}
