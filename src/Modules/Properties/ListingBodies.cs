using System.Text.RegularExpressions;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Properties.TimeZones;

namespace EstoSpaces.Properties;

/// <summary>Stay rules as a host sends them; what is left out is as <see cref="StayRules"/> has it.</summary>
public sealed record RulesBody(int? MaxGuests, int? MinNights, int? MaxNights, int? AdvanceNoticeDays, int? BookingWindowDays, TimeOnly? CheckInTime, TimeOnly? CheckOutTime, bool? PetsAllowed,
    bool? SmokingAllowed, bool? EventsAllowed, bool? InstantBook, CancellationPolicy? CancellationPolicy, string? HouseRules) : IChecked
{
    public IEnumerable<Refusal?> Check()
    {
        yield return Checks.Range(MaxGuests, "max_guests", 1, 50);
        yield return Checks.Range(MinNights, "min_nights", 1, 365);
        yield return Checks.Range(MaxNights, "max_nights", 1, 730);
        yield return Checks.Range(AdvanceNoticeDays, "advance_notice_days", 0, 365);
        yield return Checks.Range(BookingWindowDays, "booking_window_days", 1, 730);
        yield return Checks.Length(HouseRules, "house_rules", 0, 5_000);
        var rules = ToRules();
        yield return Checks.That(rules.MaxNights >= rules.MinNights, "nights_contradict", "max_nights can't be less than min_nights.", "max_nights");
    }

    public StayRules ToRules()
    {
        var usual = new StayRules();
        return new StayRules
        {
            MaxGuests = MaxGuests ?? usual.MaxGuests, MinNights = MinNights ?? usual.MinNights, MaxNights = MaxNights ?? usual.MaxNights, AdvanceNoticeDays = AdvanceNoticeDays ?? usual.AdvanceNoticeDays,
            BookingWindowDays = BookingWindowDays ?? usual.BookingWindowDays, CheckInTime = Minute(CheckInTime ?? usual.CheckInTime), CheckOutTime = Minute(CheckOutTime ?? usual.CheckOutTime),
            PetsAllowed = PetsAllowed ?? usual.PetsAllowed, SmokingAllowed = SmokingAllowed ?? usual.SmokingAllowed, EventsAllowed = EventsAllowed ?? usual.EventsAllowed,
            InstantBook = InstantBook ?? usual.InstantBook, CancellationPolicy = CancellationPolicy ?? usual.CancellationPolicy, HouseRules = string.IsNullOrWhiteSpace(HouseRules) ? null : HouseRules.Trim(),
        };
    }

    /// <summary>Quotes hash whole seconds; nobody checks in at a fraction of one.</summary>
    private static TimeOnly Minute(TimeOnly time) => new(time.Hour, time.Minute);
}

/// <summary>A place as a host sends it.</summary>
public sealed partial record LocationBody(string? Street, string? PostalCode, string? City, string? Region, string? CountryCode, double? Latitude, double? Longitude) : IChecked
{
    public IEnumerable<Refusal?> Check()
    {
        yield return Checks.Length(Street, "street", 0, 200);
        yield return Checks.Length(PostalCode, "postal_code", 0, 20);
        yield return Checks.Required(City, "city");
        yield return Checks.Length(City, "city", 1, 100);
        yield return Checks.Length(Region, "region", 0, 100);
        yield return Checks.Required(CountryCode, "country_code");
        yield return Checks.That(TwoLetters().IsMatch(CountryCode!) && ZoneTable.IsCountry(CountryCode), "country_unknown", "country_code is an ISO 3166-1 code of two capital letters.", "country_code");
        yield return Checks.Required(Latitude, "latitude");
        yield return Checks.Required(Longitude, "longitude");
        yield return Checks.Range(Latitude, "latitude", -90, 90);
        yield return Checks.Range(Longitude, "longitude", -180, 180);
    }

    public PropertyLocation ToLocation(PropertyId id, Locations locations)
    {
        var (latitude, longitude) = (Math.Round(Latitude!.Value, 6), Math.Round(Longitude!.Value, 6));
        var near = locations.Approximate(id, latitude, longitude);
        return new PropertyLocation
        {
            PropertyId = id, Street = Text(Street), PostalCode = Text(PostalCode), City = City!.Trim(), Region = Text(Region), CountryCode = CountryCode!, Latitude = latitude, Longitude = longitude,
            ApproximateLatitude = near.Latitude, ApproximateLongitude = near.Longitude, TimeZone = ZoneTable.At(latitude, longitude, CountryCode),
        };
    }

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    [GeneratedRegex("^[A-Z]{2}$")]
    private static partial Regex TwoLetters();
}

/// <summary>Checks of amenity codes that creating and changing share.</summary>
internal static class AmenityCheck
{
    public static Refusal? Of(IReadOnlyList<string?>? codes) =>
        codes?.FirstOrDefault(c => c is null || !Contracts.Properties.Amenities.All.Contains(c)) is { } unknown ? Refusal.Invalid("amenity_unknown", $"There is no amenity {Shown(unknown)}.", "amenities")
        : codes?.Any(c => c is null) == true ? Refusal.Invalid("amenity_unknown", "An amenity can't be null.", "amenities") : null;

    private static string Shown(string code) => code.Length > 40 ? code[..40] + "…" : code;
}
