using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Media.Storage;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Media;

/// <summary>Who may delete a file, when, and what is left of it.</summary>
public sealed class DeletionTests(WithOwnClock with) : IClassFixture<WithOwnClock>
{
    readonly TestProduct product = with.Product;

    [Fact]
    public async Task Only_the_owner_deletes_and_strangers_do_not_learn_of_documents()
    {
        var host = await product.NewHostAsync();
        var other = await product.NewHostAsync();
        var picture = await UploadAsync(host, seed: 200);
        var document = await UploadAsync(host, seed: 201, "document");

        await product.Api.DeleteAsync($"/api/v1/media/{picture.Id}").ShouldRefuseAsync(401, "authentication_required");
        await other.Api.DeleteAsync($"/api/v1/media/{picture.Id}").ShouldRefuseAsync(403, "media_not_owner");
        await other.Api.DeleteAsync($"/api/v1/media/{document.Id}").ShouldRefuseAsync(404, "media_not_found");
        await host.Api.DeleteAsync($"/api/v1/media/{Guid.NewGuid()}").ShouldRefuseAsync(404, "media_not_found");

        await host.Api.DeleteAsync($"/api/v1/media/{picture.Id}").ShouldBeAsync(204);
        await host.Api.DeleteAsync($"/api/v1/media/{picture.Id}").ShouldRefuseAsync(404, "media_not_found");
        await product.Api.GetAsync(picture.Urls["320"]).ShouldRefuseAsync(404, "media_not_found");
        await product.Api.GetAsync($"/api/v1/media/{picture.Id}").ShouldRefuseAsync(404, "media_not_found");
    }

    [Fact]
    public async Task A_picture_that_a_listing_shows_stays()
    {
        var host = await product.NewHostAsync();
        var picture = await UploadAsync(host, seed: 202);
        var listing = PropertyId.New();

        await Facts.TellAsync(product, "media", new ListingChanged(Snapshot(listing, host.Id, 1, ListingStatus.Published, picture)));
        await host.Api.DeleteAsync($"/api/v1/media/{picture.Id}").ShouldRefuseAsync(409, "media_in_use");

        await Facts.TellAsync(product, "media", new ListingChanged(Snapshot(listing, host.Id, 2, ListingStatus.Deleted, picture)));
        await host.Api.DeleteAsync($"/api/v1/media/{picture.Id}").ShouldBeAsync(204);
    }

    [Fact]
    public async Task The_bytes_go_a_day_later_unless_another_file_shows_them()
    {
        var (host, other) = (await product.NewHostAsync(), await product.NewHostAsync());
        var (first, second) = (await UploadAsync(host, seed: 203), await UploadAsync(other, seed: 203));
        (await ContentOfAsync(first)).ShouldBe(await ContentOfAsync(second), "the same content is kept once");
        var content = (await ContentOfAsync(first)).ShouldNotBeNull();

        await host.Api.DeleteAsync($"/api/v1/media/{first.Id}").ShouldBeAsync(204);
        product.Clock.SetOffset(product.Clock.Offset + TimeSpan.FromHours(25));
        await Until.HoldsAsync(async () => await TimersWaitingAsync() == 0, "the timers have run");
        (await product.Api.GetByteArrayAsync(second.Urls["320"])).Length.ShouldBeGreaterThan(100);

        await other.Api.DeleteAsync($"/api/v1/media/{second.Id}").ShouldBeAsync(204);
        (await ObjectsAsync(content)).ShouldNotBeEmpty("the bytes stay for a day");
        product.Clock.SetOffset(product.Clock.Offset + TimeSpan.FromHours(25));
        await Until.HoldsAsync(async () => (await ObjectsAsync(content)).Count == 0 && await ContentOfAsync(second) is null, "the bytes are erased");

        var again = await UploadAsync(host, seed: 203);
        (await product.Api.GetByteArrayAsync(again.Urls["320"])).Length.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task The_files_of_an_erased_person_go_with_their_bytes()
    {
        var guest = await product.NewGuestAsync();
        var (avatar, document) = (await UploadAsync(guest, seed: 210, "avatar"), await UploadAsync(guest, seed: 211, "document"));
        var content = (await ContentOfAsync(avatar)).ShouldNotBeNull();
        await guest.Api.DeleteAsync($"/api/v1/users/{guest.Id}").ShouldBeAsync(204);

        await Until.HoldsAsync(async () => (await product.Api.GetAsync(avatar.Urls["320"])).StatusCode == System.Net.HttpStatusCode.NotFound, "the picture is out of sight");
        await Until.HoldsAsync(async () => (await ObjectsAsync(content)).Count == 0 && await ContentOfAsync(document) is null, "the bytes are erased");
        var names = await product.Inside<NpgsqlDataSource>("media").QueryAsync("select file_name from media_files where owner_id = $1", [guest.Id.Value], r => r.GetString(0), CancellationToken.None);
        names.ShouldBe(["", ""]);
    }

    static async Task<MediaView> UploadAsync(Person person, int seed, string purpose = "listing") =>
        await person.Api.UploadAsync(Pictures.Png(400, 300, seed), "room.png", purpose).ReadAsync<MediaView>(201);

    static ListingSnapshot Snapshot(PropertyId id, UserId host, long version, ListingStatus status, MediaView picture) => new()
    {
        Id = id, HostId = host, Status = status, Title = "A home", Description = "Quiet", Type = PropertyType.House, Bedrooms = 1, Beds = 1, Bathrooms = 1, Latitude = 38.7, Longitude = -9.1,
        ApproximateLatitude = 38.7, ApproximateLongitude = -9.1, City = "Lisbon", CountryCode = "PT", TimeZone = "Europe/Lisbon", Rules = new StayRules(),
        Price = new PriceRules { Currency = "EUR", BaseNightMinor = 10_000 }, Amenities = [],
        Images = [new ImageView(picture.Id, null, picture.Width, picture.Height, picture.Placeholder, picture.Urls)], PublishedAt = DateTimeOffset.UnixEpoch, Version = version,
    };

    async Task<List<string>> ObjectsAsync(Guid content) =>
        await product.Inside<IObjectStore>("media").ListAsync($"public/{content}/", CancellationToken.None).ToListAsync();

    async Task<Guid?> ContentOfAsync(MediaView view) => (await product.Inside<NpgsqlDataSource>("media").QueryAsync(
        "select content_id from media_files where id = $1", [view.Id.Value], r => r.Maybe<Guid>(0), CancellationToken.None)).Single();

    async Task<long> TimersWaitingAsync() => (await product.Inside<NpgsqlDataSource>("media").QueryAsync(
        "select count(*) from outbox where kind = 'timer' and published_at is null and parked_at is null and due_at <= $1", [product.Now.ToUniversalTime()], r => r.GetInt64(0), CancellationToken.None)).Single();
}
