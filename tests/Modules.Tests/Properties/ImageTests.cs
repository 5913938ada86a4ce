using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Modules.Tests.Media;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Properties;

public sealed class ImageTests(WithProduct with) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = with.Product;

    [Fact]
    public async Task A_host_adds_orders_captions_and_removes_pictures()
    {
        var host = await product.NewHostAsync();
        var path = $"/api/v1/properties/{(await host.DraftAsync()).Id}/images";
        var (one, two) = (await host.PictureAsync(11), await host.PictureAsync(12));
        await host.Api.PostAsync(path, new { media_id = one.Id }).ShouldBeAsync(200);
        var both = await host.Api.PostAsync(path, new { media_id = two.Id, caption = " Kitchen " }).ReadAsync<PropertyView>();
        both.Images.Select(i => (i.Id, i.Caption, i.Width, i.Height)).ShouldBe([(one.Id, null, 700, 500), (two.Id, "Kitchen", 700, 500)]);
        both.Images[0].Urls.ShouldBe(one.Urls);

        var turned = await host.Api.PutAsync(path, new { images = (object[])[new { media_id = two.Id, caption = "Cover" }, new { media_id = one.Id }] }).ReadAsync<PropertyView>();
        turned.Images.Select(i => (i.Id, i.Caption)).ShouldBe([(two.Id, "Cover"), (one.Id, null)]);
        await host.Api.PutAsync(path, new { images = (object[])[new { media_id = two.Id }] }).ShouldRefuseAsync(400, "images_dont_match", "images");
        await host.Api.PutAsync(path, new { images = (object[])[new { media_id = two.Id }, new { media_id = two.Id }] }).ShouldRefuseAsync(400, "images_dont_match", "images");

        (await host.Api.DeleteAsync($"{path}/{two.Id}").ReadAsync<PropertyView>()).Images.Select(i => i.Id).ShouldBe([one.Id]);
        await host.Api.DeleteAsync($"{path}/{two.Id}").ShouldRefuseAsync(404, "image_not_found");
        await host.Api.DeleteAsync($"{path}/{one.Id}").ShouldBeAsync(200);
    }

    [Fact]
    public async Task Only_pictures_of_the_host_made_for_listings_are_taken()
    {
        var (host, other) = (await product.NewHostAsync(), await product.NewHostAsync());
        var path = $"/api/v1/properties/{(await host.DraftAsync()).Id}/images";
        await host.Api.PostAsync(path, new { media_id = Guid.NewGuid() }).ShouldRefuseAsync(400, "media_not_usable", "media_id");
        await host.Api.PostAsync(path, new { media_id = (await other.PictureAsync(13)).Id }).ShouldRefuseAsync(400, "media_not_usable", "media_id");
        var avatar = await host.Api.UploadAsync(Pictures.Png(64, 64, 14), "me.png", "avatar").ReadAsync<MediaView>(201);
        await host.Api.PostAsync(path, new { media_id = avatar.Id }).ShouldRefuseAsync(400, "media_not_usable", "media_id");
        await host.Api.PostAsync(path, new { caption = "no picture" }).ShouldRefuseAsync(400, "field_required", "media_id");
        await host.Api.PostAsync(path, new { media_id = "not an id" }).ShouldRefuseAsync(400, "invalid_json", "media_id");
        var own = await host.PictureAsync(15);
        await host.Api.PostAsync(path, new { media_id = own.Id }).ShouldBeAsync(200);
        await host.Api.PostAsync(path, new { media_id = own.Id }).ShouldRefuseAsync(409, "image_already_there", "media_id");
    }

    [Fact]
    public async Task The_last_picture_of_a_published_listing_stays()
    {
        var host = await product.NewHostAsync();
        var listing = await host.PublishedAsync();
        await host.Api.DeleteAsync($"/api/v1/properties/{listing.Id}/images/{listing.Images[0].Id}").ShouldRefuseAsync(409, "last_image_of_published");
    }

    [Fact]
    public async Task Renditions_that_become_ready_later_appear_and_are_announced_without_a_new_version()
    {
        var host = await product.NewHostAsync();
        var picture = MediaId.New();
        var home = await SeedAsync(host, picture);
        var before = await product.Api.GetAsync($"/api/v1/properties/{home}").ReadAsync<PropertyView>();
        before.Images.Single().Urls.ShouldBeEmpty();

        var urls = new Dictionary<string, string> { ["320"] = "/api/v1/media/x/320.webp" };
        await Facts.TellAsync(product, "properties", new MediaProcessed(new MediaView(picture, host.Id, MediaPurpose.Listing, MediaStatus.Ready, null, "image/webp", 5, 1200, 800, "data:image/webp;base64,xx", urls, product.Now)));
        var after = await product.Api.GetAsync($"/api/v1/properties/{home}").ReadAsync<PropertyView>();
        (after.Images.Single().Width, after.Images.Single().Urls["320"], after.Version).ShouldBe((1200, "/api/v1/media/x/320.webp", before.Version));
        await Until.HoldsAsync(async () => (await product.AnnouncedAsync(home)).LastOrDefault()?.Images.Single().Urls.Count == 1, "the picture is announced");
    }

    [Fact]
    public async Task Pictures_that_failed_or_were_deleted_leave_the_listings()
    {
        var host = await product.NewHostAsync();
        var (failed, deleted, kept) = (MediaId.New(), MediaId.New(), MediaId.New());
        var home = await SeedAsync(host, failed, deleted, kept);
        await Facts.TellAsync(product, "properties", new MediaProcessed(new MediaView(failed, host.Id, MediaPurpose.Listing, MediaStatus.Failed, "picture_damaged", "image/webp", 5, 0, 0, null, new Dictionary<string, string>(), product.Now)));
        await Facts.TellAsync(product, "properties", new MediaDeleted(deleted, host.Id));
        (await product.Api.GetAsync($"/api/v1/properties/{home}").ReadAsync<PropertyView>()).Images.Select(i => i.Id).ShouldBe([kept]);
        await Until.HoldsAsync(async () => (await product.AnnouncedAsync(home)).LastOrDefault()?.Images.Count == 1, "the loss is announced");
    }

    private async Task<PropertyId> SeedAsync(Person host, params MediaId[] pictures)
    {
        var listing = SampleHomes.Of(host.Id, product.Now) with { Images = pictures };
        using var inside = product.ServiceClientOf("properties");
        (await inside.PostAsync("/internal/seed", new SampleBatch { Listings = [listing] }).ReadAsync<SampleOutcome>()).Added.ShouldBe(1);
        return listing.Id;
    }
}
