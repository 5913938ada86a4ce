using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Properties;

/// <summary>What other modules hear of listings, and what they can ask.</summary>
public sealed class AnnouncementTests(WithProduct with) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = with.Product;

    [Fact]
    public async Task Every_change_since_publication_is_announced_whole()
    {
        var host = await product.NewHostAsync();
        var listing = await host.PublishedAsync();
        var path = $"/api/v1/properties/{listing.Id}";
        await host.Api.PutAsync($"{path}/amenities", new { amenities = (string[])["pool"] }).ShouldBeAsync(200);
        await host.Api.PutAsync($"{path}/price-rules", new { currency = "EUR", base_night_minor = 77_00 }).ShouldBeAsync(200);
        await host.Api.PostAsync($"{path}/unpublish", new { }).ShouldBeAsync(200);
        await host.Api.DeleteAsync(path).ShouldBeAsync(204);

        var said = await product.AnnouncedAsync(listing.Id);
        said.Select(s => s.Status).ShouldBe([ListingStatus.Published, ListingStatus.Published, ListingStatus.Published, ListingStatus.Unpublished, ListingStatus.Deleted]);
        said.Zip(said.Skip(1)).ShouldAllBe(pair => pair.First.Version < pair.Second.Version);
        (said[0].Latitude, said[0].Amenities.Count, said[0].Images.Count).ShouldBe((Drafts.Latitude, 2, 1));
        (said[1].Amenities.Single(), said[2].Price.BaseNightMinor).ShouldBe(("pool", 77_00));
        var seen = said[0];
        (seen.ApproximateLatitude, seen.ApproximateLongitude).ShouldNotBe((seen.Latitude, seen.Longitude));
    }

    [Fact]
    public async Task A_draft_is_nobodys_news()
    {
        var host = await product.NewHostAsync();
        var draft = await host.DraftAsync();
        await host.Api.PutAsync($"/api/v1/properties/{draft.Id}", Drafts.Body("Still a draft")).ShouldBeAsync(200);
        await host.Api.DeleteAsync($"/api/v1/properties/{draft.Id}").ShouldBeAsync(204);
        (await product.AnnouncedAsync(draft.Id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Sample_listings_come_whole_and_once()
    {
        var host = await product.NewHostAsync();
        var batch = new SampleBatch { Listings = [SampleHomes.Of(host.Id, product.Now), SampleHomes.Of(host.Id, product.Now)] };
        using var inside = product.ServiceClientOf("properties");
        (await inside.PostAsync("/internal/seed", batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(2);
        (await inside.PostAsync("/internal/seed", batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(0);

        var wanted = batch.Listings[0];
        var view = await host.Api.GetAsync($"/api/v1/properties/{wanted.Id}").ReadAsync<PropertyView>();
        (view.Title, view.Status, view.TimeZone, view.Place, view.Rules).ShouldBe((wanted.Title, ListingStatus.Published, wanted.TimeZone, wanted.Place, wanted.Rules));
        JsonSerializer.Serialize(view.Price, Wire.Json).ShouldBe(JsonSerializer.Serialize(wanted.Price, Wire.Json));
        view.Images.Select(i => i.Id).ShouldBe(wanted.Images);
        view.Amenities.ShouldBe(wanted.Amenities, ignoreOrder: true);
        (await product.AnnouncedAsync(wanted.Id)).Single().City.ShouldBe("Freiburg");
        (await host.Api.PutAsync($"/api/v1/properties/{wanted.Id}/rules", new { max_guests = 3 }).ReadAsync<PropertyView>()).Rules.MaxGuests.ShouldBe(3);
    }

    [Fact]
    public async Task A_host_who_is_erased_leaves_no_address_behind()
    {
        var host = await product.NewHostAsync();
        var (listing, draft) = (await host.PublishedAsync(), await host.DraftAsync());
        await Facts.TellAsync(product, "properties", new AccountErased(host.Id, product.Now));
        await product.Api.GetAsync($"/api/v1/properties/{listing.Id}").ShouldRefuseAsync(404, "property_not_found");
        (await product.AnnouncedAsync(listing.Id))[^1].Status.ShouldBe(ListingStatus.Deleted);
        using var inside = product.ServiceClientOf("properties");
        foreach (var id in (PropertyId[])[listing.Id, draft.Id])
        {
            var left = await inside.GetAsync($"/internal/properties/{id}").ReadAsync<BookableListing>();
            (left.Title, left.ExactPlace.Street, left.ExactPlace.PostalCode, left.ImageUrl).ShouldBe(("", null, null, null));
            left.ExactPlace.Latitude.ShouldNotBe(Drafts.Latitude);
        }
    }

    [Fact]
    public async Task Services_read_the_exact_place_and_nobody_else_may_ask()
    {
        var host = await product.NewHostAsync();
        var listing = await host.PublishedAsync();
        using var inside = product.ServiceClientOf("properties");
        var bookable = await inside.GetAsync($"/internal/properties/{listing.Id}").ReadAsync<BookableListing>();
        (bookable.ExactPlace.Street, bookable.ExactPlace.Latitude, bookable.Status).ShouldBe(("Rua Augusta 27", Drafts.Latitude, ListingStatus.Published));
        bookable.ImageUrl.ShouldBe(listing.Images[0].Urls["640"]);
        await inside.GetAsync($"/internal/properties/{Guid.NewGuid()}").ShouldRefuseAsync(404, "property_not_found");

        using var stranger = product.ClientOf("properties");
        await stranger.GetAsync($"/internal/properties/{listing.Id}").ShouldRefuseAsync(401, "authentication_required");
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", host.Session.AccessToken);
        await stranger.GetAsync($"/internal/properties/{listing.Id}").ShouldRefuseAsync(401, "authentication_required");
        await stranger.PostAsync("/internal/seed", new SampleBatch()).ShouldRefuseAsync(401, "authentication_required");
    }
}
