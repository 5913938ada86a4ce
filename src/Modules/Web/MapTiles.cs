namespace EstoSpaces.Web;

/// <summary>A tile server, such as https://tiles.example.org/{z}/{x}/{y}.png; without an address the pages draw the base map of their own.</summary>
public sealed record MapTiles(string? Url = null, string? Attribution = null);
