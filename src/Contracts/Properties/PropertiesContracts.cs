using EstoSpaces.Contracts.Events;

namespace EstoSpaces.Contracts.Properties;

public enum PropertyType { Apartment, House, Villa, Cabin, Chalet, Cottage, Townhouse, BeachHouse, Courtyard, Loft, Studio, Room }

public enum ListingStatus { Draft, Published, Unpublished, Deleted }

/// <summary>Where a home is. Strangers get a point within some hundred metres and no street.</summary>
public sealed record PlaceView(string? Street, string? PostalCode, string City, string? Region, string CountryCode, double Latitude, double Longitude, bool Approximate);

/// <summary>A picture of a listing, with the addresses of its renditions by width in pixels ("320", "640", "1200", "2000"): none, and no size, while they are being made.</summary>
public sealed record ImageView(MediaId Id, string? Caption, int Width, int Height, string? Placeholder, IReadOnlyDictionary<string, string> Urls);

/// <summary>House rules and limits of a stay. Times are listing-local.</summary>
public sealed record StayRules
{
    public int MaxGuests { get; init; } = 2;
    public int MinNights { get; init; } = 1;
    public int MaxNights { get; init; } = 365;

    /// <summary>How long before check-in a booking must be made, in days; 0 allows the same day.</summary>
    public int AdvanceNoticeDays { get; init; }

    /// <summary>How far ahead the calendar is open, in days.</summary>
    public int BookingWindowDays { get; init; } = 540;

    public TimeOnly CheckInTime { get; init; } = new(15, 0);
    public TimeOnly CheckOutTime { get; init; } = new(11, 0);
    public bool PetsAllowed { get; init; }
    public bool SmokingAllowed { get; init; }
    public bool EventsAllowed { get; init; }
    public bool InstantBook { get; init; } = true;
    public CancellationPolicy CancellationPolicy { get; init; } = CancellationPolicy.Flexible;
    public string? HouseRules { get; init; }
}

/// <summary>A whole listing. Street, exact point and draft fields only for its host, an admin, or a guest with a confirmed booking.</summary>
public sealed record PropertyView
{
    public required PropertyId Id { get; init; }
    public required UserId HostId { get; init; }
    public required ListingStatus Status { get; init; }
    public required string Title { get; init; }
    public required string Description { get; init; }
    public required PropertyType Type { get; init; }
    public required int Bedrooms { get; init; }
    public required int Beds { get; init; }
    public required decimal Bathrooms { get; init; }

    /// <summary>Null while a draft has none; a published listing always has it. So with TimeZone and Price.</summary>
    public PlaceView? Place { get; init; }

    public string? TimeZone { get; init; }
    public required StayRules Rules { get; init; }
    public PriceRules? Price { get; init; }

    /// <summary>Codes of <see cref="Amenities"/>.</summary>
    public required IReadOnlyList<string> Amenities { get; init; }

    public required IReadOnlyList<ImageView> Images { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Goes back in If-Match on PUT.</summary>
    public required long Version { get; init; }
}

/// <summary>The amenities that a listing can have, by code. Their names are translated by the web application.</summary>
public static class Amenities
{
    public static readonly IReadOnlyList<string> All =
    [
        "wifi", "kitchen", "washer", "dryer", "air_conditioning", "heating", "workspace", "tv", "parking", "ev_charger", "pool", "hot_tub", "sauna", "garden",
        "terrace", "balcony", "bbq", "fireplace", "gym", "lift", "crib", "high_chair", "dishwasher", "coffee_machine", "iron", "hair_dryer", "smoke_alarm",
        "first_aid_kit", "self_check_in", "step_free", "sea_view", "mountain_view", "ski_in", "beach_access", "pets_welcome",
    ];
}

/// <summary>A listing as other modules need it: sent with every change, whole, so that they never have to ask.</summary>
public sealed record ListingSnapshot
{
    public required PropertyId Id { get; init; }
    public required UserId HostId { get; init; }
    public required ListingStatus Status { get; init; }
    public required string Title { get; init; }
    public required string Description { get; init; }
    public required PropertyType Type { get; init; }
    public required int Bedrooms { get; init; }
    public required int Beds { get; init; }
    public required decimal Bathrooms { get; init; }

    /// <summary>Exact; only shown as <see cref="ApproximateLatitude"/> and -Longitude.</summary>
    public required double Latitude { get; init; }

    public required double Longitude { get; init; }
    public required double ApproximateLatitude { get; init; }
    public required double ApproximateLongitude { get; init; }
    public required string City { get; init; }
    public string? Region { get; init; }
    public required string CountryCode { get; init; }
    public required string TimeZone { get; init; }
    public required StayRules Rules { get; init; }
    public required PriceRules Price { get; init; }
    public required IReadOnlyList<string> Amenities { get; init; }
    public required IReadOnlyList<ImageView> Images { get; init; }
    public required DateTimeOffset PublishedAt { get; init; }
    public required long Version { get; init; }
}

/// <summary>A listing was published, changed, unpublished or deleted: its snapshot says which. A lower Version than one already seen is old news; an equal one brings pictures that became ready.</summary>
[EventType("estospaces.properties.listing_changed.v1")]
public sealed record ListingChanged(ListingSnapshot Listing) : IEvent
{
    public string Subject => Listing.Id.ToString();
}

/// <summary>What a quote is asked for.</summary>
public sealed record QuoteRequest(PropertyId PropertyId, DateOnly CheckIn, DateOnly CheckOut, GuestParty Guests);

/// <summary>What the booking service must know of a listing beside its quote.</summary>
public sealed record BookableListing(PropertyId Id, UserId HostId, ListingStatus Status, string Title, string City, string CountryCode, string TimeZone, StayRules Rules,
    PlaceView ExactPlace, string? ImageUrl);

/// <summary>A frozen quote with the listing that it is for.</summary>
public sealed record FrozenQuote(Quote Quote, BookableListing Listing);

/// <summary>Asks the property service. Internal; calls carry a service token.</summary>
public sealed class PropertiesClient(HttpClient http)
{
    /// <summary>Computes and freezes a quote. Refuses as <c>GET /properties/{id}/quote</c> does: <c>property_not_found</c>, <c>stay_too_short</c>, <c>too_many_guests</c> …</summary>
    public Task<Result<FrozenQuote>> FreezeQuoteAsync(QuoteRequest request, CancellationToken ct) => http.TellAsync<FrozenQuote>("/internal/quotes", request, ct);

    /// <summary>Refuses with <c>property_not_found</c>.</summary>
    public Task<Result<BookableListing>> GetListingAsync(PropertyId id, CancellationToken ct) => http.AskAsync<BookableListing>($"/internal/properties/{id}", ct);
}
