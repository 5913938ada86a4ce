using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Properties;

/// <summary>A listing's life, from draft to deleted.</summary>
public sealed class ListingTests(WithProduct with) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = with.Product;

    [Fact]
    public async Task A_host_makes_a_draft_that_nobody_else_sees()
    {
        var host = await product.NewHostAsync();
        var draft = await host.DraftAsync();
        draft.Status.ShouldBe(ListingStatus.Draft);
        draft.HostId.ShouldBe(host.Id);
        draft.TimeZone.ShouldBe("Europe/Lisbon");
        draft.Bathrooms.ShouldBe(1.5m);
        draft.Place.ShouldBe(new PlaceView("Rua Augusta 27", "1100-053", "Lisbon", null, "PT", Drafts.Latitude, Drafts.Longitude, Approximate: false));
        draft.Rules.CancellationPolicy.ShouldBe(CancellationPolicy.Firm);
        draft.Price!.Taxes.Single().AmountMinor.ShouldBe(165);

        (await host.Api.GetAsync($"/api/v1/properties/{draft.Id}").ReadAsync<PropertyView>()).Place.ShouldBe(draft.Place);
        await product.Api.GetAsync($"/api/v1/properties/{draft.Id}").ShouldRefuseAsync(404, "property_not_found");
        var other = await product.NewHostAsync();
        await other.Api.GetAsync($"/api/v1/properties/{draft.Id}").ShouldRefuseAsync(404, "property_not_found");
        await other.Api.PutAsync($"/api/v1/properties/{draft.Id}", Drafts.Body()).ShouldRefuseAsync(404, "property_not_found");
    }

    [Fact]
    public async Task A_title_and_a_type_are_enough_for_a_draft()
    {
        var host = await product.NewHostAsync();
        var draft = await host.DraftAsync(new { title = "  Something small ", type = "studio" });
        draft.Title.ShouldBe("Something small");
        draft.Place.ShouldBeNull();
        draft.Price.ShouldBeNull();
        await host.Api.GetAsync($"/api/v1/properties/{draft.Id}/quote?check_in=2030-01-01&check_out=2030-01-03").ShouldRefuseAsync(409, "property_not_priced");
    }

    [Fact]
    public async Task Only_hosts_make_listings()
    {
        await product.Api.PostAsync("/api/v1/properties", Drafts.Body()).ShouldRefuseAsync(401, "authentication_required");
        await (await product.NewGuestAsync()).Api.PostAsync("/api/v1/properties", Drafts.Body()).ShouldRefuseAsync(403, "not_allowed");
    }

    [Fact]
    public async Task The_same_key_makes_one_listing()
    {
        var host = await product.NewHostAsync();
        var first = await host.Api.PostAsync("/api/v1/properties", Drafts.Body(), "key-1").ReadAsync<PropertyView>(201);
        (await host.Api.PostAsync("/api/v1/properties", Drafts.Body(), "key-1").ReadAsync<PropertyView>(201)).Id.ShouldBe(first.Id);
        await host.Api.PostAsync("/api/v1/properties", Drafts.Body("Another"), "key-1").ShouldRefuseAsync(409, "idempotency_key_reused");
        (await host.Api.GetAsync("/api/v1/properties/mine").ReadAsync<Page<PropertyView>>()).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Publishing_says_what_is_missing()
    {
        var host = await product.NewHostAsync();
        var bare = await host.DraftAsync(new { title = "Something small", type = "studio" });
        await host.Api.PostAsync($"/api/v1/properties/{bare.Id}/publish", new { }).ShouldRefuseAsync(409, "listing_incomplete", "description,beds,location,price,images");
        var draft = await host.DraftAsync();
        await host.Api.PostAsync($"/api/v1/properties/{draft.Id}/publish", new { }).ShouldRefuseAsync(409, "listing_incomplete", "images");
        await host.Api.PostAsync($"/api/v1/properties/{draft.Id}/unpublish", new { }).ShouldRefuseAsync(409, "property_not_published");
    }

    [Fact]
    public async Task A_published_listing_is_everybodys_until_it_is_unpublished()
    {
        var host = await product.NewHostAsync();
        var listing = await host.PublishedAsync();
        listing.Status.ShouldBe(ListingStatus.Published);
        listing.PublishedAt.ShouldNotBeNull();
        var path = $"/api/v1/properties/{listing.Id}";
        await product.Api.GetAsync(path).ShouldBeAsync(200);
        await host.Api.PostAsync($"{path}/publish", new { }).ShouldBeAsync(200);

        await host.Api.PostAsync($"{path}/unpublish", new { }).ShouldBeAsync(200);
        await product.Api.GetAsync(path).ShouldRefuseAsync(404, "property_not_found");
        (await host.Api.PostAsync($"{path}/publish", new { }).ReadAsync<PropertyView>()).PublishedAt.ShouldBe(listing.PublishedAt);
    }

    [Fact]
    public async Task Somebody_elses_listing_cannot_be_changed()
    {
        var listing = await (await product.NewHostAsync()).PublishedAsync();
        var (path, other) = ($"/api/v1/properties/{listing.Id}", await product.NewHostAsync());
        await other.Api.PutAsync(path, Drafts.Body()).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.PutAsync($"{path}/price-rules", Drafts.WorkedPrice).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.PutAsync($"{path}/rules", new { max_guests = 1 }).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.PutAsync($"{path}/amenities", new { amenities = Array.Empty<string>() }).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.PutAsync($"{path}/location", new { city = "Porto", country_code = "PT", latitude = 41.1, longitude = -8.6 }).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.PutAsync($"{path}/images", new { images = Array.Empty<object>() }).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.PostAsync($"{path}/images", new { media_id = (await other.PictureAsync(31)).Id }).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.DeleteAsync($"{path}/images/{listing.Images[0].Id}").ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.PostAsync($"{path}/unpublish", new { }).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.PostAsync($"{path}/publish", new { }).ShouldRefuseAsync(403, "property_not_yours");
        await other.Api.DeleteAsync(path).ShouldRefuseAsync(403, "property_not_yours");
        await product.Api.DeleteAsync(path).ShouldRefuseAsync(401, "authentication_required");
    }

    [Fact]
    public async Task An_edit_of_a_version_that_is_gone_is_refused()
    {
        var host = await product.NewHostAsync();
        var draft = await host.DraftAsync();
        var path = $"/api/v1/properties/{draft.Id}";
        using var read = await host.Api.GetAsync(path);
        var tag = read.Headers.ETag!.Tag;
        using var first = await host.Api.SendJsonAsync(HttpMethod.Put, path, Drafts.Body("First edit"), ifMatch: tag);
        first.Headers.ETag!.Tag.ShouldNotBe(tag);
        await host.Api.SendJsonAsync(HttpMethod.Put, path, Drafts.Body("Second edit"), ifMatch: tag).ShouldRefuseAsync(412, "edited_meanwhile");
        await host.Api.SendJsonAsync(HttpMethod.Put, $"{path}/rules", new { max_guests = 2 }, ifMatch: tag).ShouldRefuseAsync(412, "edited_meanwhile");
        await host.Api.SendJsonAsync(HttpMethod.Put, path, Drafts.Body("Second edit"), ifMatch: first.Headers.ETag.Tag).ShouldBeAsync(200);
        (await host.Api.GetAsync(path).ReadAsync<PropertyView>()).Title.ShouldBe("Second edit");
    }

    [Fact]
    public async Task Each_part_is_replaced_by_its_own_address()
    {
        var host = await product.NewHostAsync();
        var path = $"/api/v1/properties/{(await host.DraftAsync()).Id}";
        (await host.Api.PutAsync($"{path}/amenities", new { amenities = (string[])["pool", "wifi", "pool"] }).ReadAsync<PropertyView>()).Amenities.ShouldBe(["pool", "wifi"]);
        var rules = (await host.Api.PutAsync($"{path}/rules", new { max_guests = 6, check_in_time = "16:30:00", cancellation_policy = "strict", instant_book = false }).ReadAsync<PropertyView>()).Rules;
        (rules.MaxGuests, rules.CheckInTime, rules.CancellationPolicy, rules.InstantBook, rules.MinNights).ShouldBe((6, new TimeOnly(16, 30), CancellationPolicy.Strict, false, 1));
        var price = (await host.Api.PutAsync($"{path}/price-rules", new { currency = "JPY", base_night_minor = 9_000, date_prices = new Dictionary<string, int> { ["2031-05-01"] = 15_000 } }).ReadAsync<PropertyView>()).Price!;
        (price.Currency, price.BaseNightMinor, price.WeekendNightMinor, price.DatePrices[new(2031, 5, 1)]).ShouldBe(("JPY", 9_000, null, 15_000));
        var moved = await host.Api.PutAsync($"{path}/location", new { city = "Funchal", country_code = "PT", latitude = 32.65, longitude = -16.91 }).ReadAsync<PropertyView>();
        (moved.TimeZone, moved.Place!.City, moved.Place.Street).ShouldBe(("Atlantic/Madeira", "Funchal", null));
        moved.Amenities.ShouldBe(["pool", "wifi"]);
        moved.Price!.Currency.ShouldBe("JPY");
    }

    [Fact]
    public async Task Parts_that_a_whole_edit_leaves_out_stay()
    {
        var host = await product.NewHostAsync();
        var draft = await host.DraftAsync();
        var edited = await host.Api.PutAsync($"/api/v1/properties/{draft.Id}", new { title = "Renamed", type = "loft" }).ReadAsync<PropertyView>();
        (edited.Title, edited.Type, edited.Place, edited.Rules).ShouldBe(("Renamed", PropertyType.Loft, draft.Place, draft.Rules));
        edited.Amenities.ShouldBe(draft.Amenities);
        edited.Price!.BaseNightMinor.ShouldBe(draft.Price!.BaseNightMinor);
    }

    [Fact]
    public async Task A_deleted_listing_is_gone_for_everybody_but_the_services()
    {
        var host = await product.NewHostAsync();
        var listing = await host.PublishedAsync();
        await host.Api.DeleteAsync($"/api/v1/properties/{listing.Id}").ShouldBeAsync(204);
        await host.Api.GetAsync($"/api/v1/properties/{listing.Id}").ShouldRefuseAsync(404, "property_not_found");
        await host.Api.DeleteAsync($"/api/v1/properties/{listing.Id}").ShouldRefuseAsync(404, "property_not_found");
        (await host.Api.GetAsync("/api/v1/properties/mine").ReadAsync<Page<PropertyView>>()).Data.ShouldBeEmpty();
        using var inside = product.ServiceClientOf("properties");
        (await inside.GetAsync($"/internal/properties/{listing.Id}").ReadAsync<BookableListing>()).Status.ShouldBe(ListingStatus.Deleted);
    }

    [Fact]
    public async Task The_amenities_there_are_can_be_read() =>
        (await product.Api.GetAsync("/api/v1/properties/amenities").ReadAsync()).GetProperty("data").EnumerateArray().Select(a => a.GetString()).ShouldBe(Amenities.All);

    [Fact]
    public async Task The_older_address_of_search_leads_to_the_new_one()
    {
        using var response = await product.Api.GetAsync("/api/v1/properties/search?city=Lisbon&guests=2");
        ((int)response.StatusCode).ShouldBe(307);
        response.Headers.Location!.ToString().ShouldBe("/api/v1/search?city=Lisbon&guests=2");
    }

    [Theory]
    [InlineData("""{"type":"apartment"}""", "field_required", "title")]
    [InlineData("""{"title":"ab","type":"apartment"}""", "field_length", "title")]
    [InlineData("""{"title":"A home"}""", "field_required", "type")]
    [InlineData("""{"title":"A home","type":"spaceship"}""", "invalid_json", "type")]
    [InlineData("""{"title":"A home","type":1}""", "invalid_json", "type")]
    [InlineData("""{"title":"A home","type":"loft","beds":-1}""", "field_range", "beds")]
    [InlineData("""{"title":"A home","type":"loft","bedrooms":1e99}""", "invalid_json", "bedrooms")]
    [InlineData("""{"title":"A home","type":"loft","amenities":["teleporter"]}""", "amenity_unknown", "amenities")]
    [InlineData("""{"title":"A home","type":"loft","amenities":[null]}""", "amenity_unknown", "amenities")]
    [InlineData("""{"title":"A home","type":"loft","price":{"base_night_minor":100}}""", "field_required", "price.currency")]
    [InlineData("""{"title":"A home","type":"loft","price":{"currency":"XTS","base_night_minor":100}}""", "currency_unknown", "price.currency")]
    [InlineData("""{"title":"A home","type":"loft","price":{"currency":"EUR","base_night_minor":0}}""", "field_range", "price.base_night_minor")]
    [InlineData("""{"title":"A home","type":"loft","price":{"currency":"EUR","base_night_minor":9223372036854775807}}""", "field_range", "price.base_night_minor")]
    [InlineData("""{"title":"A home","type":"loft","price":{"currency":"EUR","base_night_minor":100,"taxes":[null]}}""", "field_required", "price.taxes")]
    [InlineData("""{"title":"A home","type":"loft","price":{"currency":"EUR","base_night_minor":100,"taxes":[{"name":"","kind":"percent"}]}}""", "field_required", "price.taxes")]
    [InlineData("""{"title":"A home","type":"loft","price":{"currency":"EUR","base_night_minor":100,"date_prices":{"yesterday":5}}}""", "invalid_json", null)]
    [InlineData("""{"title":"A home","type":"loft","price":{"currency":"EUR","base_night_minor":100,"date_prices":{"2030-01-01":-5}}}""", "field_range", "price.date_prices")]
    [InlineData("""{"title":"A home","type":"loft","price":{"currency":"EUR","base_night_minor":100,"weekly_discount_bps":10000}}""", "field_range", "price.weekly_discount_bps")]
    [InlineData("""{"title":"A home","type":"loft","rules":{"max_guests":0}}""", "field_range", "rules.max_guests")]
    [InlineData("""{"title":"A home","type":"loft","rules":{"min_nights":10,"max_nights":5}}""", "nights_contradict", "rules.max_nights")]
    [InlineData("""{"title":"A home","type":"loft","location":{"city":"Lisbon","country_code":"PT","latitude":91,"longitude":0}}""", "field_range", "location.latitude")]
    [InlineData("""{"title":"A home","type":"loft","location":{"city":"Lisbon","country_code":"XX","latitude":1,"longitude":0}}""", "country_unknown", "location.country_code")]
    [InlineData("""{"title":"A home","type":"loft","location":{"city":"Lisbon","country_code":"PT","longitude":0}}""", "field_required", "location.latitude")]
    [InlineData("""{"title":"A\u0000home","type":"loft"}""", "invalid_text", null)]
    [InlineData("[]", "invalid_json", null)]
    [InlineData("nonsense", "invalid_json", null)]
    [InlineData("null", "invalid_request", null)]
    public async Task A_bad_body_is_refused_with_the_field_that_is_wrong(string body, string code, string? param)
    {
        var host = await product.NewHostAsync();
        await host.Api.PostAsync("/api/v1/properties", body).ShouldRefuseAsync(400, code, param);
    }

    [Theory]
    [InlineData("price-rules")]
    [InlineData("rules")]
    [InlineData("location")]
    [InlineData("amenities")]
    [InlineData("images")]
    public async Task Bodies_of_the_parts_are_checked_too(string part)
    {
        var host = await product.NewHostAsync();
        var draft = await host.DraftAsync();
        foreach (var body in (string[])["[]", "{", "null", """{"images":[null],"amenities":[null],"taxes":[null],"currency":5,"max_guests":"many","city":{}}"""])
        {
            using var response = await host.Api.SendJsonAsync(HttpMethod.Put, $"/api/v1/properties/{draft.Id}/{part}", body);
            ((int)response.StatusCode).ShouldBe(400, $"{part} {body}");
        }
    }
}
