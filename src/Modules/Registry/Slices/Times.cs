using System.Globalization;

namespace EstoSpaces.Registry.Slices;

internal static class Times
{
    /// <summary>Milliseconds since 1970, or null for what is none: Eureka's clients leave it away.</summary>
    public static long? Parse(string? milliseconds) => long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : null;
}
