using EstoSpaces.Web.Components.Ui;

namespace EstoSpaces.Web.Components.Design;

/// <summary>Made-up homes for the style guide: the pictures are the sample data's, served under /sample-photos in development.</summary>
public sealed class DesignSamples
{
    public static Photo Picture(string name, string alt) => new($"/sample-photos/{name}.webp", alt);

    public IReadOnlyList<Photo> Photos { get; } =
    [
        Picture("exterior-courtyard-01", "The house from the courtyard, with olive trees and a fountain"), Picture("living-02", "Living room with arched windows"),
        Picture("bedroom-02", "Bedroom in sage green"), Picture("kitchen-02", "Kitchen with a dining table"), Picture("terrace-03", "Terrace under the pergola"),
        Picture("bathroom-02", "Bathroom with a free-standing tub"), Picture("dining-01", "Dining room"),
    ];

    public IReadOnlyList<ListingSummary> Listings { get; }

    public IReadOnlyList<MapPin> Pins { get; }

    public Availability Nights { get; } = new(new DateOnly(2026, 8, 20), new DateOnly(2027, 8, 31), 2, 28,
    [
        new(new DateOnly(2026, 8, 24), new DateOnly(2026, 8, 28), "booked"), new(new DateOnly(2026, 9, 11), new DateOnly(2026, 9, 14), "booked"),
        new(new DateOnly(2026, 9, 20), new DateOnly(2026, 9, 22), "blocked"), new(new DateOnly(2026, 9, 28), new DateOnly(2026, 10, 2), "imported"),
    ]);

    public DesignSamples()
    {
        (string Title, string Place, string Facts, string[] Pictures, long Total, double? Rating, int Reviews, double Lat, double Lng, string? Badge)[] homes =
        [
            ("Courtyard house with olive trees", "Alfama, Lisbon", "2 bedrooms · 4 guests · garden", ["exterior-courtyard-01", "living-02", "bedroom-02"], 103101, 4.92, 128, 38.7139, -9.1290, "Guests' favourite"),
            ("Light over the river", "Graça, Lisbon", "1 bedroom · 2 guests · balcony", ["living-01", "bedroom-07", "bathroom-01"], 74250, 4.81, 56, 38.7190, -9.1310, null),
            ("Loft by the old tram depot", "Santo Amaro, Lisbon", "Studio · 2 guests · lift", ["living-03", "bedroom-04", "dining-02"], 61880, 4.67, 31, 38.7030, -9.1790, null),
            ("Family flat under the roofs", "Campo de Ourique, Lisbon", "3 bedrooms · 6 guests · terrace", ["terrace-02", "living-05", "kitchen-04"], 128400, null, 1, 38.7180, -9.1660, null),
            ("Beach house at the end of the boardwalk", "Costa da Caparica", "2 bedrooms · 5 guests · sea view", ["exterior-beach-01", "living-06", "bedroom-01"], 98700, 4.74, 77, 38.6440, -9.2350, null),
            ("Villa with a quiet pool", "Cascais", "4 bedrooms · 8 guests · pool", ["exterior-villa-01", "kitchen-01", "bedroom-08"], 312990, 4.95, 42, 38.6970, -9.4210, "Rare find"),
        ];
        Listings = [.. homes.Select((h, i) => new ListingSummary($"home-{i}", "/design", h.Title, h.Place, h.Facts, [.. h.Pictures.Select(p => Picture(p, h.Title))], h.Total, "EUR", 7, h.Rating, h.Reviews) { Badge = h.Badge, Saved = i == 1 })];
        Pins = [.. homes.Select((h, i) => new MapPin($"home-{i}", h.Lat, h.Lng, $"€{h.Total / 100:N0}", h.Title, "/design", $"/sample-photos/{h.Pictures[0]}.webp", h.Place, $"€{h.Total / 100m:N2}", "in all for 7 nights"))];
    }
}
