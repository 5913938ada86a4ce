using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Contracts.Samples;

/// <summary>An account of the sample data. Goes to auth's and users' <c>POST /internal/seed</c> in batches. Wallet: an address that is linked where the chain is a development one; a host is paid there.</summary>
public sealed record SampleAccount(UserId Id, string Email, string Password, string FirstName, string LastName, string? Phone, string Language, string Country, string? Bio,
    IReadOnlyList<Role> Roles, DateTimeOffset RegisteredAt, string? Wallet = null);

/// <summary>A picture of the sample data: WebP bytes. Goes to media's <c>POST /internal/seed</c>, which keeps each once and makes its renditions.</summary>
public sealed record SamplePicture(MediaId Id, UserId OwnerId, string Name, byte[] Bytes);

/// <summary>A published listing of the sample data, with the media it shows. Goes to properties' <c>POST /internal/seed</c>.</summary>
public sealed record SampleListing
{
    public required PropertyId Id { get; init; }
    public required UserId HostId { get; init; }
    public required string Title { get; init; }
    public required string Description { get; init; }
    public required PropertyType Type { get; init; }
    public required int Bedrooms { get; init; }
    public required int Beds { get; init; }
    public required decimal Bathrooms { get; init; }
    public required PlaceView Place { get; init; }
    public required string TimeZone { get; init; }
    public required StayRules Rules { get; init; }
    public required PriceRules Price { get; init; }
    public required IReadOnlyList<string> Amenities { get; init; }
    public required IReadOnlyList<MediaId> Images { get; init; }
    public required DateTimeOffset PublishedAt { get; init; }
}

/// <summary>A paid booking of the past or the future. Goes to bookings' <c>POST /internal/seed</c> (calendar, booking, history) and payments' (payment, ledger, invoice, payout).</summary>
public sealed record SampleBooking(BookingId Id, PaymentId PaymentId, string Reference, PropertyId PropertyId, string PropertyTitle, string City, string CountryCode, UserId GuestId, string GuestName,
    UserId HostId, string HostName, Quote Quote, BookingStatus Status, DateTimeOffset CreatedAt, DateTimeOffset ConfirmedAt, string? ImageUrl, PlaceView Place);

/// <summary>Nights that a host has blocked. Goes to bookings' <c>POST /internal/seed</c>.</summary>
public sealed record SampleBlock(Guid Id, PropertyId PropertyId, DateOnly Start, DateOnly End);

/// <summary>One batch; each module takes what it owns. Safe to repeat.</summary>
public sealed record SampleBatch
{
    /// <summary>The chain of a local development node, the only one where sample accounts get wallets.</summary>
    public const long DevelopmentChainId = 31337;

    public IReadOnlyList<SampleAccount> Accounts { get; init; } = [];
    public IReadOnlyList<SamplePicture> Pictures { get; init; } = [];
    public IReadOnlyList<SampleListing> Listings { get; init; } = [];
    public IReadOnlyList<SampleBooking> Bookings { get; init; } = [];
    public IReadOnlyList<SampleBlock> Blocks { get; init; } = [];
}

/// <summary>How many rows were new.</summary>
public sealed record SampleOutcome(int Added);
