using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Outcomes;

namespace EstoSpaces.Properties;

/// <summary>A listing as a host sends it: the text, and whichever of place, prices, rules and amenities are known already. What is left out stays as it is.</summary>
public sealed record PropertyBody(string? Title, string? Description, PropertyType? Type, int? Bedrooms, int? Beds, decimal? Bathrooms, IReadOnlyList<string?>? Amenities,
    LocationBody? Location, PriceBody? Price, RulesBody? Rules) : IChecked
{
    public IEnumerable<Refusal?> Check()
    {
        yield return Checks.Required(Title, "title");
        yield return Checks.Length(Title, "title", 3, 120);
        yield return Checks.Length(Description, "description", 0, 10_000);
        yield return Checks.Required(Type, "type");
        yield return Checks.Range(Bedrooms, "bedrooms", 0, 50);
        yield return Checks.Range(Beds, "beds", 0, 100);
        yield return Checks.Range(Bathrooms, "bathrooms", 0, 50);
        yield return AmenityCheck.Of(Amenities);
        foreach (var refusal in Inside("location", Location)) yield return refusal;
        foreach (var refusal in Inside("price", Price)) yield return refusal;
        foreach (var refusal in Inside("rules", Rules)) yield return refusal;
    }

    public ListingText ToText() => new(Title!.Trim(), Description?.Trim() ?? "", Type!.Value, Bedrooms ?? 0, Beds ?? 0, Math.Round(Bathrooms ?? 0, 1));

    /// <summary>The parts beside the text.</summary>
    public void ApplyTo(Property property, Locations locations, DateTimeOffset now)
    {
        if (Amenities is not null) property.Equip(Amenities.OfType<string>(), now);
        if (Location is not null) property.Place(Location.ToLocation(property.Id, locations), now);
        if (Price is not null) property.Charge(Price.ToRules(), now);
        if (Rules is not null) property.Rule(Rules.ToRules(), now);
    }

    private static IEnumerable<Refusal?> Inside(string part, IChecked? body) => body?.Check().Select(r => r is null ? null : r with { Param = $"{part}.{r.Param}" }) ?? [];
}
