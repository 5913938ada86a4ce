using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Properties;

public sealed class ListTests(WithProduct with) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = with.Product;

    [Fact]
    public async Task Filters_narrow_the_list()
    {
        var city = Unique();
        var host = await product.NewHostAsync();
        var home = SampleHomes.Of(host.Id, product.Now);
        var small = In(home, city) with { Id = PropertyId.New(), Bedrooms = 1, Type = PropertyType.Studio, Price = home.Price with { BaseNightMinor = 50_00 }, Amenities = ["wifi"] };
        var big = In(home, city) with { Id = PropertyId.New(), Bedrooms = 4, Rules = home.Rules with { MaxGuests = 9 }, Amenities = ["wifi", "pool", "garden"] };
        await SeedAsync(small, big, SampleHomes.Of(host.Id, product.Now));

        (await IdsAsync($"city={city.ToLowerInvariant()}")).ShouldBe([small.Id, big.Id], ignoreOrder: true);
        (await IdsAsync($"city={city}&bedrooms=2")).ShouldBe([big.Id]);
        (await IdsAsync($"city={city}&guests=8")).ShouldBe([big.Id]);
        (await IdsAsync($"city={city}&type=studio,villa")).ShouldBe([small.Id]);
        (await IdsAsync($"city={city}&max_price=10000")).ShouldBe([small.Id]);
        (await IdsAsync($"city={city}&min_price=10000")).ShouldBe([big.Id]);
        (await IdsAsync($"city={city}&amenities=pool,wifi")).ShouldBe([big.Id]);
        (await IdsAsync($"city={city}&country=fr")).ShouldBeEmpty();
        (await IdsAsync($"city={city}&country=de&host_id={host.Id}")).Count.ShouldBe(2);
        (await IdsAsync($"city={city}&host_id={UserId.New()}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gaps_or_repeats()
    {
        var city = Unique();
        var host = await product.NewHostAsync();
        var homes = Enumerable.Range(0, 7).Select(i => In(SampleHomes.Of(host.Id, product.Now.AddMinutes(-i / 2)), city)).ToArray();
        await SeedAsync(homes);
        var seen = new List<PropertyId>();
        for (var path = $"/api/v1/properties?city={city}&limit=3"; ;)
        {
            var page = await product.Api.GetAsync(path).ReadAsync<Page<PropertyView>>();
            seen.AddRange(page.Data.Select(p => p.Id));
            if (page.NextCursor is null) break;
            page.Data.Count.ShouldBe(3);
            path = $"/api/v1/properties?city={city}&limit=3&cursor={page.NextCursor}";
        }
        seen.Count.ShouldBe(7);
        seen.ShouldBe(homes.Select(h => h.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task Near_lists_the_nearest_first_within_the_radius()
    {
        var host = await product.NewHostAsync();
        // Far out in the South Atlantic, where no other test builds.
        var homes = ((double North, int Index)[])[(0.30, 0), (0.02, 1), (0.10, 2), (2.0, 3)];
        var made = homes.Select(h => SampleHomes.Of(host.Id, product.Now) with { Place = new PlaceView(null, null, "Tristan", null, "SH", -37.1 + h.North, -12.3, false) }).ToArray();
        await SeedAsync(made);
        (await IdsAsync("near=-37.1,-12.3&radius_km=60")).ShouldBe([made[1].Id, made[2].Id, made[0].Id]);
        (await IdsAsync("near=-37.1,-12.3&radius_km=5")).ShouldBe([made[1].Id]);
    }

    [Theory]
    [InlineData("type=spaceship", "invalid_filter", "type")]
    [InlineData("status=sold", "invalid_filter", "status")]
    [InlineData("host_id=me", "invalid_filter", "host_id")]
    [InlineData("near=here", "invalid_filter", "near")]
    [InlineData("near=95,0", "invalid_filter", "near")]
    [InlineData("near=NaN,0", "invalid_filter", "near")]
    [InlineData("radius_km=0", "field_range", "radius_km")]
    [InlineData("amenities=teleporter", "amenity_unknown", "amenities")]
    [InlineData("bedrooms=many", "invalid_request", null)]
    [InlineData("limit=0", "invalid_request", null)]
    [InlineData("cursor=%00", "invalid_request", null)]
    [InlineData("city=%00", "invalid_text", null)]
    public async Task A_filter_that_makes_no_sense_is_refused(string query, string code, string? param) => await product.Api.GetAsync($"/api/v1/properties?{query}").ShouldRefuseAsync(400, code, param);

    [Fact]
    public async Task Drafts_are_listed_for_their_host_alone()
    {
        var host = await product.NewHostAsync();
        var (draft, published) = (await host.DraftAsync(), await host.PublishedAsync());
        var mine = await host.Api.GetAsync("/api/v1/properties/mine").ReadAsync<Page<PropertyView>>();
        mine.Data.Select(p => p.Id).ShouldBe([published.Id, draft.Id]);
        mine.Data[0].Place!.Street.ShouldNotBeNull();
        (await host.Api.GetAsync($"/api/v1/properties?host_id={host.Id}&status=draft").ReadAsync<Page<PropertyView>>()).Data.Single().Id.ShouldBe(draft.Id);
        await host.Api.GetAsync("/api/v1/properties?status=draft").ShouldRefuseAsync(403, "not_allowed");
        await product.Api.GetAsync($"/api/v1/properties?host_id={host.Id}&status=draft").ShouldRefuseAsync(403, "not_allowed");
        await (await product.NewHostAsync()).Api.GetAsync($"/api/v1/properties?host_id={host.Id}&status=draft").ShouldRefuseAsync(403, "not_allowed");
        (await product.Api.GetAsync($"/api/v1/properties?host_id={host.Id}").ReadAsync<Page<PropertyView>>()).Data.Single().Id.ShouldBe(published.Id);
        await product.Api.GetAsync("/api/v1/properties/mine").ShouldRefuseAsync(401, "authentication_required");
        await (await product.NewGuestAsync()).Api.GetAsync("/api/v1/properties/mine").ShouldRefuseAsync(403, "not_allowed");
    }

    private static string Unique() => "Town" + Guid.NewGuid().ToString("n")[..10];

    private static SampleListing In(SampleListing listing, string city) => listing with { Place = listing.Place with { City = city } };

    private async Task SeedAsync(params SampleListing[] listings)
    {
        using var inside = product.ServiceClientOf("properties");
        (await inside.PostAsync("/internal/seed", new SampleBatch { Listings = listings }).ReadAsync<SampleOutcome>()).Added.ShouldBe(listings.Length);
    }

    private async Task<List<PropertyId>> IdsAsync(string query) => [.. (await product.Api.GetAsync($"/api/v1/properties?{query}").ReadAsync<Page<PropertyView>>()).Data.Select(p => p.Id)];
}
