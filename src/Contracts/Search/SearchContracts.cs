using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Contracts.Search;

/// <summary>One result. Ranking explains the order when asked for. Total is the all-in price of the stay asked for (null without dates); PerNight is Total / nights, or the all-in price of one typical night ("from").</summary>
public sealed record SearchHit(PropertyId Id, string Title, PropertyType Type, string City, string CountryCode, double Latitude, double Longitude, int Bedrooms, int Beds, decimal Bathrooms, int MaxGuests,
    IReadOnlyList<string> Amenities, bool InstantBook, CancellationPolicy CancellationPolicy, IReadOnlyList<ImageView> Images, Money? Total, Money PerNight, int? Nights, double? Rating, int ReviewCount, double? DistanceKm, IReadOnlyDictionary<string, double>? Ranking = null);

/// <summary>A value of a facet with the number of results that have it.</summary>
public sealed record FacetValue(string Value, int Count);

/// <summary>Prices over the results in ten buckets, for a histogram; bounds in minor units.</summary>
public sealed record PriceFacet(string Currency, long MinMinor, long MaxMinor, IReadOnlyList<int> Buckets);

public sealed record SearchFacets(IReadOnlyList<FacetValue> Types, IReadOnlyList<FacetValue> Amenities, IReadOnlyList<FacetValue> Bedrooms, IReadOnlyList<FacetValue> CancellationPolicies, int InstantBook, PriceFacet? Price);

/// <summary>The answer to a search. Box is [west, south, east, north] of the results or of the place that was asked for.</summary>
public sealed record SearchView(IReadOnlyList<SearchHit> Data, int Total, string? NextCursor, SearchFacets Facets, IReadOnlyList<double>? Box, string? Place);

/// <summary>Kind: city, region, country or listing.</summary>
public sealed record Suggestion(string Kind, string Label, string? Detail, double Latitude, double Longitude, PropertyId? PropertyId, int? ListingCount);
