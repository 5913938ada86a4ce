using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;

namespace EstoSpaces.Properties;

/// <summary>One amenity of a listing, by its code.</summary>
public sealed record PropertyAmenity(PropertyId PropertyId, string Amenity);

/// <summary>Where a home is, exactly and for strangers.</summary>
public sealed class PropertyLocation
{
    public required PropertyId PropertyId { get; init; }
    public string? Street { get; set; }
    public string? PostalCode { get; set; }
    public required string City { get; set; }
    public string? Region { get; set; }
    public required string CountryCode { get; set; }
    public required double Latitude { get; set; }
    public required double Longitude { get; set; }
    public required double ApproximateLatitude { get; set; }
    public required double ApproximateLongitude { get; set; }
    public required string TimeZone { get; set; }

    public void MoveTo(PropertyLocation other)
    {
        (Street, PostalCode, City, Region, CountryCode, TimeZone) = (other.Street, other.PostalCode, other.City, other.Region, other.CountryCode, other.TimeZone);
        (Latitude, Longitude, ApproximateLatitude, ApproximateLongitude) = (other.Latitude, other.Longitude, other.ApproximateLatitude, other.ApproximateLongitude);
    }
}

/// <summary>A media file as far as listings show it; width and the rest are empty until its renditions are ready.</summary>
public sealed class PropertyMedia
{
    public required MediaId MediaId { get; init; }
    public int? Width { get; init; }
    public int? Height { get; init; }
    public string? Placeholder { get; init; }
    public IReadOnlyDictionary<string, string>? Urls { get; init; }

    public static PropertyMedia Of(MediaView media) => media.Status == MediaStatus.Ready
        ? new PropertyMedia { MediaId = media.Id, Width = media.Width, Height = media.Height, Placeholder = media.Placeholder, Urls = media.Urls }
        : new PropertyMedia { MediaId = media.Id };
}

/// <summary>A picture in a listing's gallery.</summary>
public sealed class PropertyImage
{
    private PropertyImage() { }

    public PropertyImage(PropertyId propertyId, PropertyMedia media, int position, string? caption) =>
        (PropertyId, MediaId, Media, Position, Caption) = (propertyId, media.MediaId, media, position, caption);

    public PropertyId PropertyId { get; private init; }
    public MediaId MediaId { get; private init; }
    public PropertyMedia Media { get; private init; } = null!;
    public int Position { get; private set; }
    public string? Caption { get; private set; }

    public void Stand(int position, string? caption) => (Position, Caption) = (position, caption);
}
