using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Properties;

/// <summary>A listing with all that belongs to it. Its verbs refuse what may not be; whoever holds it has locked its row.</summary>
public sealed class Property
{
    public const int MostImages = 50;
    private readonly List<PropertyAmenity> amenities = [];
    private readonly List<PropertyImage> images = [];

    // EF Core makes it from a row.
    private Property() { }

    public PropertyId Id { get; private init; }
    public UserId HostId { get; private init; }
    public ListingStatus Status { get; private set; }
    public string Title { get; private set; } = "";
    public string Description { get; private set; } = "";
    public PropertyType Type { get; private set; }
    public int Bedrooms { get; private set; }
    public int Beds { get; private set; }
    public decimal Bathrooms { get; private set; }
    public StayRules Rules { get; private set; } = new();
    public PriceRules? Price { get; private set; }
    public PropertyLocation? Location { get; private set; }
    public IReadOnlyList<PropertyAmenity> Amenities => amenities;
    public IReadOnlyList<PropertyImage> Images => images;

    /// <summary>Counts edits: what If-Match names.</summary>
    public long Version { get; private set; }

    /// <summary>Counts every change, also of pictures that became ready: what events carry.</summary>
    public long Revision { get; private set; }

    public DateTimeOffset CreatedAt { get; private init; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public DateTimeOffset? PublishedAt { get; private set; }

    public static Property Create(UserId host, ListingText text, DateTimeOffset now)
    {
        var created = new Property { Id = PropertyId.New(), HostId = host, Status = ListingStatus.Draft, CreatedAt = now, Version = 0 };
        created.Describe(text, now);
        return created;
    }

    public void Describe(ListingText text, DateTimeOffset now)
    {
        (Title, Description, Type, Bedrooms, Beds, Bathrooms) = (text.Title, text.Description, text.Type, text.Bedrooms, text.Beds, text.Bathrooms);
        Changed(now);
    }

    public void Charge(PriceRules price, DateTimeOffset now)
    {
        Price = price;
        Changed(now);
    }

    public void Rule(StayRules rules, DateTimeOffset now)
    {
        Rules = rules;
        Changed(now);
    }

    public void Equip(IEnumerable<string> codes, DateTimeOffset now)
    {
        var wanted = codes.ToHashSet(StringComparer.Ordinal);
        amenities.RemoveAll(a => !wanted.Contains(a.Amenity));
        foreach (var code in wanted)
            if (amenities.TrueForAll(a => a.Amenity != code)) amenities.Add(new PropertyAmenity(Id, code));
        Changed(now);
    }

    public void Place(PropertyLocation location, DateTimeOffset now)
    {
        if (Location is null) Location = location;
        else Location.MoveTo(location);
        Changed(now);
    }

    public Result<PropertyImage> AddImage(PropertyMedia media, string? caption, DateTimeOffset now)
    {
        if (images.Exists(i => i.MediaId == media.MediaId)) return PropertyRefusals.ImageAlreadyThere;
        if (images.Count >= MostImages) return PropertyRefusals.TooManyImages;
        var image = new PropertyImage(Id, media, images.Count == 0 ? 0 : images.Max(i => i.Position) + 1, caption);
        images.Add(image);
        Changed(now);
        return image;
    }

    /// <summary>Gives the pictures the order and captions of the list, which must name each of them once.</summary>
    public Refusal? OrderImages(IReadOnlyList<(MediaId Id, string? Caption)> order, DateTimeOffset now)
    {
        if (order.Count != images.Count || order.Select(o => o.Id).Distinct().Count() != images.Count || order.Any(o => !images.Exists(i => i.MediaId == o.Id)))
            return PropertyRefusals.ImagesDontMatch;
        for (var position = 0; position < order.Count; position++) images.Find(i => i.MediaId == order[position].Id)!.Stand(position, order[position].Caption);
        Changed(now);
        return null;
    }

    public Refusal? RemoveImage(MediaId mediaId, DateTimeOffset now)
    {
        var image = images.Find(i => i.MediaId == mediaId);
        if (image is null) return PropertyRefusals.ImageNotFound;
        if (Status == ListingStatus.Published && images.Count == 1) return PropertyRefusals.LastImage;
        images.Remove(image);
        Changed(now);
        return null;
    }

    public Refusal? Publish(DateTimeOffset now)
    {
        if (Status == ListingStatus.Published) return null;
        if (Missing() is { Count: > 0 } missing) return PropertyRefusals.Incomplete(missing);
        Status = ListingStatus.Published;
        PublishedAt ??= now;
        Changed(now);
        return null;
    }

    public Refusal? Unpublish(DateTimeOffset now)
    {
        if (Status == ListingStatus.Unpublished) return null;
        if (Status != ListingStatus.Published) return PropertyRefusals.NotPublished;
        Status = ListingStatus.Unpublished;
        Changed(now);
        return null;
    }

    public void Delete(DateTimeOffset now)
    {
        Status = ListingStatus.Deleted;
        Changed(now);
    }

    /// <summary>What a guest must find before the listing may be shown, by the names of the fields.</summary>
    public IReadOnlyList<string> Missing()
    {
        var missing = new List<string>();
        if (Description.Trim().Length < 20) missing.Add("description");
        if (Beds < 1) missing.Add("beds");
        if (Location is null) missing.Add("location");
        if (Price is not { BaseNightMinor: > 0 }) missing.Add("price");
        if (images.Count == 0) missing.Add("images");
        return missing;
    }

    /// <summary>True when other modules know the listing: it was published once.</summary>
    public bool IsKnownOutside => PublishedAt is not null && Location is not null && Price is not null;

    private void Changed(DateTimeOffset now)
    {
        Version++;
        Revision++;
        UpdatedAt = now.ToUniversalTime();
    }
}

/// <summary>What a host says of a home in words and numbers.</summary>
public sealed record ListingText(string Title, string Description, PropertyType Type, int Bedrooms, int Beds, decimal Bathrooms);
