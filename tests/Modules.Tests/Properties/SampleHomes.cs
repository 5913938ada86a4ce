using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Npgsql;

namespace EstoSpaces.Modules.Tests.Properties;

/// <summary>Listings as the sample data has them, and what the product said of listings.</summary>
internal static class SampleHomes
{
    public static SampleListing Of(UserId host, DateTimeOffset publishedAt) => new()
    {
        Id = PropertyId.New(), HostId = host, Title = "House by the mill", Description = "A stone house with a garden down to the water.", Type = PropertyType.House, Bedrooms = 3, Beds = 4,
        Bathrooms = 2, Place = new PlaceView("Mühlweg 3", "79098", "Freiburg", "Baden", "DE", 47.995, 7.852, Approximate: false), TimeZone = "Europe/Berlin",
        Rules = new StayRules { MaxGuests = 6 }, Price = new PriceRules { Currency = "EUR", BaseNightMinor = 180_00, DatePrices = new Dictionary<DateOnly, long> { [new(2031, 1, 1)] = 300_00 } },
        Amenities = ["wifi", "garden"], Images = [MediaId.New()], PublishedAt = publishedAt,
    };

    /// <summary>Everything that was announced of a listing, oldest first.</summary>
    public static async Task<List<ListingSnapshot>> AnnouncedAsync(this TestProduct product, PropertyId id) => await product.Inside<NpgsqlDataSource>("properties").QueryAsync(
        "select data::text from outbox where kind = 'event' and subject = $1 order by position", [id.ToString()],
        row => JsonSerializer.Deserialize<ListingChanged>(row.GetString(0), Wire.Json)!.Listing, CancellationToken.None);
}
