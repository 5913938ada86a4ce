using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Properties.Slices;

/// <summary>Another service reads a listing in any state, a deleted one too: bookings outlive listings. Refused for drafts that have no place yet.</summary>
public static class GetBookableListing
{
    /// <summary>Wide enough for a card, small enough for a mail.</summary>
    private const string CoverWidth = "640";

    public static void Map(RouteGroupBuilder inside) => inside.MapGet("/properties/{id:guid}", HandleAsync);

    private static async Task<IResult> HandleAsync(Guid id, PropertyReads reads, CancellationToken ct) =>
        await reads.FindAsync(new PropertyId(id), ct, alsoDeleted: true) is { Place: not null } listing ? Results.Ok(View(listing)) : PropertyRefusals.NotFound.ToProblem();

    internal static BookableListing View(PropertyView listing) => new(listing.Id, listing.HostId, listing.Status, listing.Title, listing.Place!.City, listing.Place.CountryCode, listing.TimeZone!,
        listing.Rules, listing.Place, Cover(listing));

    private static string? Cover(PropertyView listing)
    {
        var urls = listing.Images.Select(i => i.Urls).FirstOrDefault(u => u.Count > 0);
        return urls is null ? null : urls.TryGetValue(CoverWidth, out var cover) ? cover : urls.Values.First();
    }
}
