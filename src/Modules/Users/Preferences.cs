using EstoSpaces.Contracts;

namespace EstoSpaces.Users;

/// <summary>How somebody wants to see the product. What he is told and over which channels belongs to notifications.</summary>
public sealed class Preferences
{
    public UserId UserId { get; init; }
    public string Currency { get; set; } = "EUR";
    public string? TimeZone { get; set; }
    public string Units { get; set; } = "metric";
    public string Theme { get; set; } = "system";
    public long Version { get; set; }
}

/// <summary>A postal address, for invoices.</summary>
public sealed class Address
{
    public Guid Id { get; init; }
    public UserId UserId { get; init; }
    public string? Label { get; set; }
    public string Line1 { get; set; } = "";
    public string? Line2 { get; set; }
    public string City { get; set; } = "";
    public string? Region { get; set; }
    public string? PostalCode { get; set; }
    public string CountryCode { get; set; } = "";
    public bool IsDefault { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public long Version { get; set; }
}
