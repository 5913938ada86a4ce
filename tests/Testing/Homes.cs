using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;

namespace EstoSpaces.Testing;

/// <summary>A published home of a host, in Lisbon unless said otherwise.</summary>
public sealed record Home(PropertyId Id, Person Host)
{
    public string Path => $"/api/v1/properties/{Id}";
    public string Calendar => $"/api/v1/availability/{Id}";
}

/// <summary>Makes homes in a product, by the door of the sample data: published at once, without pictures.</summary>
public static class Homes
{
    public static readonly PriceRules PlainPrice = new() { Currency = "EUR", BaseNightMinor = 100_00, CleaningFeeMinor = 40_00, IncludedGuests = 4 };

    public static async Task<Home> NewHomeAsync(this TestProduct product, Person? host = null, StayRules? rules = null, PriceRules? price = null, string zone = "Europe/Lisbon", DateTimeOffset? publishedAt = null)
    {
        var owner = host ?? await product.NewHostAsync("Rosa Almeida");
        var listing = new SampleListing
        {
            Id = PropertyId.New(), HostId = owner.Id, Title = "Garden flat with a lemon tree", Description = "Two quiet rooms and a garden, ten minutes from the river.", Type = PropertyType.Apartment,
            Bedrooms = 2, Beds = 3, Bathrooms = 1, Place = new PlaceView("Rua do Salitre 12", "1250-198", "Lisbon", "Lisboa", "PT", 38.7223, -9.1393, false), TimeZone = zone,
            Rules = rules ?? new StayRules { MaxGuests = 4 }, Price = price ?? PlainPrice, Amenities = ["wifi", "kitchen"], Images = Array.Empty<MediaId>(), PublishedAt = publishedAt ?? product.Now,
        };
        using var inside = product.ServiceClientOf("properties");
        await inside.PostAsync("/internal/seed", new SampleBatch { Listings = [listing] }).ReadAsync<SampleOutcome>();
        return new Home(listing.Id, owner);
    }
}
