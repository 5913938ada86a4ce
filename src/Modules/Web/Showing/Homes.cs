using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Search;
using EstoSpaces.Web.Components.Ui;
using EstoSpaces.Web.Text;

namespace EstoSpaces.Web.Showing;

/// <summary>Homes in the words and pictures of a page.</summary>
public static class Homes
{
    /// <summary>The address of the rendition that is at least so wide, else the largest there is.</summary>
    public static string? UrlOf(ImageView image, int width)
    {
        var sizes = image.Urls.Where(u => int.TryParse(u.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)).OrderBy(u => int.Parse(u.Key, CultureInfo.InvariantCulture)).ToList();
        return sizes.Count == 0 ? image.Urls.Values.FirstOrDefault() : sizes.Find(u => int.Parse(u.Key, CultureInfo.InvariantCulture) >= width).Value ?? sizes[^1].Value;
    }

    public static IReadOnlyList<Photo> Photos(IReadOnlyList<ImageView> images, string title) =>
        [.. images.Where(i => i.Urls.Count > 0).Select((i, n) => new Photo(UrlOf(i, 1200)!, i.Caption ?? (n == 0 ? title : $"{title}, {n + 1}"), UrlOf(i, 640)))];

    public static ListingSummary Card(SearchHit hit, Words t, string? query = null) => new(
        hit.Id.ToString(), $"/homes/{hit.Id}{query}", hit.Title, $"{hit.City}, {Country(hit.CountryCode, t)}", Facts(hit.Type, hit.Bedrooms, hit.MaxGuests, t), Photos(hit.Images, hit.Title),
        hit.Total?.AmountMinor, hit.PerNight.Currency, hit.Nights ?? 0, hit.Rating, hit.ReviewCount)
    {
        FromNightMinor = hit.PerNight.AmountMinor, Badge = hit.InstantBook ? t["listing.instant"] : null, CanSave = false,
    };

    public static MapPin Pin(SearchHit hit, Words t, string? query = null)
    {
        var shown = hit.Total ?? hit.PerNight;
        return new MapPin(hit.Id.ToString(), hit.Latitude, hit.Longitude, t.RoundMoney(shown.AmountMinor, shown.Currency), hit.Title, $"/homes/{hit.Id}{query}",
            hit.Images is [var first, ..] ? UrlOf(first, 320) : null, Facts(hit.Type, hit.Bedrooms, hit.MaxGuests, t), t.Money(shown.AmountMinor, shown.Currency),
            hit.Nights is { } nights ? t.Count("price.for_nights_short", nights) : t["price.a_night"]);
    }

    /// <summary>"Apartment · 2 bedrooms · 4 guests".</summary>
    public static string Facts(PropertyType type, int bedrooms, int guests, Words t) =>
        $"{Type(type, t)} · {(bedrooms == 0 ? t["listing.no_bedroom"] : t.Count("listing.bedrooms", bedrooms))} · {t.Count("js.guests", guests)}";

    public static string Type(PropertyType type, Words t) => t[$"type.{Wire.Name(type)}"];

    /// <summary>The country in the language of the page.</summary>
    public static string Country(string code, Words t) => t.Or($"country.{code}", code);

    /// <summary>The street where it is told, else the town.</summary>
    public static string Place(PlaceView place, Words t) => string.Join(", ", new[] { place.City, place.Region == place.City ? null : place.Region, Country(place.CountryCode, t) }.Where(p => !string.IsNullOrEmpty(p)));

    public static string Address(PlaceView place, Words t) => string.Join(", ", new[] { place.Street, $"{place.PostalCode} {place.City}".Trim(), Country(place.CountryCode, t) }.Where(p => !string.IsNullOrEmpty(p)));

    public static string AmenityIcon(string code) => Icons.GetValueOrDefault(code, "check");

    private static readonly Dictionary<string, string> Icons = new(StringComparer.Ordinal)
    {
        ["wifi"] = "wifi", ["kitchen"] = "cooking-pot", ["washer"] = "washing-machine", ["dryer"] = "wind", ["air_conditioning"] = "snowflake", ["heating"] = "heater", ["workspace"] = "laptop", ["tv"] = "tv",
        ["parking"] = "circle-parking", ["ev_charger"] = "zap", ["pool"] = "waves-ladder", ["hot_tub"] = "bath", ["sauna"] = "thermometer-sun", ["garden"] = "trees", ["terrace"] = "umbrella", ["balcony"] = "sun",
        ["bbq"] = "flame", ["fireplace"] = "flame", ["gym"] = "dumbbell", ["lift"] = "arrow-up-down", ["crib"] = "baby", ["high_chair"] = "baby", ["dishwasher"] = "utensils", ["coffee_machine"] = "coffee",
        ["iron"] = "check", ["hair_dryer"] = "fan", ["smoke_alarm"] = "alarm-smoke", ["first_aid_kit"] = "plus", ["self_check_in"] = "key-round", ["step_free"] = "accessibility", ["sea_view"] = "waves",
        ["mountain_view"] = "mountain", ["ski_in"] = "mountain", ["beach_access"] = "tree-palm", ["pets_welcome"] = "paw-print",
    };
}
