using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Modules.Tests.Media;
using EstoSpaces.Testing;

namespace EstoSpaces.Modules.Tests.Properties;

/// <summary>Listings as their hosts make them: by the public interface, with pictures that were uploaded.</summary>
internal static class Drafts
{
    public const double Latitude = 38.711046, Longitude = -9.139337;

    /// <summary>Everything that publishing needs, but a picture.</summary>
    public static object Body(string title = "Attic above the river", string city = "Lisbon") => new
    {
        title, description = "A bright attic with a terrace, five minutes from the river.", type = "apartment", bedrooms = 2, beds = 3, bathrooms = 1.5,
        amenities = (string[])["wifi", "kitchen"],
        location = new { street = "Rua Augusta 27", postal_code = "1100-053", city, country_code = "PT", latitude = Latitude, longitude = Longitude },
        price = WorkedPrice,
        rules = new { max_guests = 4, pets_allowed = true, cancellation_policy = "firm", min_nights = 2, max_nights = 30 },
    };

    /// <summary>The prices of the worked example.</summary>
    public static object WorkedPrice => new
    {
        currency = "EUR", base_night_minor = 100_00, weekend_night_minor = 130_00, weekly_discount_bps = 1000, cleaning_fee_minor = 60_00, pet_fee_minor = 25_00, included_guests = 2,
        extra_guest_fee_minor = 15_00, taxes = (object[])[new { name = "City tax", kind = "per_guest_night", amount_minor = 165 }],
    };

    public static Task<PropertyView> DraftAsync(this Person host, object? body = null) => host.Api.PostAsync("/api/v1/properties", body ?? Body()).ReadAsync<PropertyView>(201);

    /// <summary>An uploaded picture of 700 by 500 pixels, with its renditions.</summary>
    public static async Task<MediaView> PictureAsync(this Person host, int seed = 7)
    {
        var uploaded = await host.Api.UploadAsync(Pictures.Png(700, 500, seed), "home.png").ReadAsync<MediaView>(201);
        return await Until.HoldsAsync(() => host.Api.GetAsync($"/api/v1/media/{uploaded.Id}").ReadAsync<MediaView>(), media => media.Status == MediaStatus.Ready, "the picture is ready");
    }

    public static async Task<PropertyView> PublishedAsync(this Person host, object? body = null)
    {
        var draft = await host.DraftAsync(body);
        var picture = await host.PictureAsync();
        await host.Api.PostAsync($"/api/v1/properties/{draft.Id}/images", new { media_id = picture.Id, caption = "The terrace" }).ShouldBeAsync(200);
        return await host.Api.PostAsync($"/api/v1/properties/{draft.Id}/publish", new { }).ReadAsync<PropertyView>();
    }
}
