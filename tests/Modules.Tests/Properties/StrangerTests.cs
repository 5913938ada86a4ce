using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Properties;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Properties;

/// <summary>Where a home is exactly is nobody's business but its host's and its guests'.</summary>
public sealed class StrangerTests(WithProduct with) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = with.Product;

    [Fact]
    public async Task No_field_of_any_answer_to_a_stranger_tells_the_address()
    {
        var listing = await (await product.NewHostAsync()).PublishedAsync(Drafts.Body(city: "Setúbal"));
        var (stranger, other) = (product.Api, await product.NewHostAsync());
        foreach (var api in (HttpClient[])[stranger, other.Api])
            foreach (var path in (string[])[$"/api/v1/properties/{listing.Id}", "/api/v1/properties?city=Set%C3%BAbal", $"/api/v1/properties?host_id={listing.HostId}",
                $"/api/v1/properties?near={Drafts.Latitude},{Drafts.Longitude}&radius_km=1", $"/api/v1/properties/{listing.Id}/quote?check_in={product.Now.AddDays(20):yyyy-MM-dd}&check_out={product.Now.AddDays(24):yyyy-MM-dd}"])
            {
                using var response = await api.GetAsync(path);
                var text = await response.Content.ReadAsStringAsync();
                text.ShouldContain(path.Contains("quote") ? "refund_tiers" : listing.Id.ToString());
                text.ShouldNotContain("Augusta");
                text.ShouldNotContain("1100-053");
                text.ShouldNotContain("38.711046");
                text.ShouldNotContain("9.139337");
            }
        var seen = (await stranger.GetAsync($"/api/v1/properties/{listing.Id}").ReadAsync<PropertyView>()).Place!;
        (seen.Street, seen.PostalCode, seen.Approximate, seen.City).ShouldBe((null, null, true, "Setúbal"));
    }

    [Fact]
    public async Task The_point_that_strangers_see_is_near_and_stays_where_it_is()
    {
        var host = await product.NewHostAsync();
        var listing = await host.PublishedAsync();
        var first = await SeenAsync(listing.Id);
        Metres(first, (Drafts.Latitude, Drafts.Longitude)).ShouldBeInRange(75, 310);
        var body = new { city = "Lisbon", country_code = "PT", latitude = Drafts.Latitude, longitude = Drafts.Longitude };
        for (var i = 0; i < 3; i++) await host.Api.PutAsync($"/api/v1/properties/{listing.Id}/location", body).ShouldBeAsync(200);
        (await SeenAsync(listing.Id)).ShouldBe(first);
        (await host.Api.GetAsync($"/api/v1/properties/{listing.Id}").ReadAsync<PropertyView>()).Place!.Latitude.ShouldBe(Drafts.Latitude);
    }

    [Fact]
    public void Approximate_points_lie_all_around_on_every_latitude()
    {
        var locations = product.Inside<Locations>("properties");
        foreach (var (latitude, longitude) in ((double, double)[])[(0, 0), (38.7, -9.1), (-54.8, -68.3), (78.2, 15.6), (12, 179.9999), (12, -179.9999)])
        {
            var quarters = new HashSet<(bool, bool)>();
            for (var i = 0; i < 60; i++)
            {
                var near = locations.Approximate(PropertyId.New(), latitude, longitude);
                near.Longitude.ShouldBeInRange(-180, 180);
                Metres(near, (latitude, longitude)).ShouldBeInRange(70, 310);
                quarters.Add((near.Latitude > latitude, Wrap(near.Longitude - longitude) > 0));
            }
            quarters.Count.ShouldBe(4);
        }
    }

    private async Task<(double, double)> SeenAsync(PropertyId id)
    {
        var place = (await product.Api.GetAsync($"/api/v1/properties/{id}").ReadAsync<PropertyView>()).Place!;
        return (place.Latitude, place.Longitude);
    }

    private static double Wrap(double degrees) => degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;

    private static double Metres((double Latitude, double Longitude) a, (double Latitude, double Longitude) b)
    {
        var (north, east) = ((a.Latitude - b.Latitude) * 111_320, Wrap(a.Longitude - b.Longitude) * 111_320 * Math.Cos(b.Latitude * Math.PI / 180));
        return Math.Sqrt(north * north + east * east);
    }
}
