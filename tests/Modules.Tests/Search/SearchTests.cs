using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Search;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Search;

public sealed class SearchTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private static (DateOnly CheckIn, DateOnly CheckOut) Week(TestProduct product) =>
        (DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(120), DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(127));

    private static string Dates((DateOnly CheckIn, DateOnly CheckOut) week) => $"check_in={week.CheckIn:yyyy-MM-dd}&check_out={week.CheckOut:yyyy-MM-dd}";

    private Task<SearchView> FindAsync(string query) => product.Api.GetAsync("/api/v1/search?limit=100&" + query).ReadAsync<SearchView>();

    private async Task<Home> WithListedHomeAsync(StayRules? rules = null, PriceRules? price = null)
    {
        var home = await product.NewHomeAsync(rules: rules, price: price);
        await Until.HoldsAsync(async () => await FindsAsync(home, "place=Lisbon"), "a published home is found");
        return home;
    }

    /// <summary>Looks through all pages.</summary>
    private async Task<bool> FindsAsync(Home home, string query) => await HitAsync(home, query) is not null;

    private async Task<SearchHit?> HitAsync(Home home, string query)
    {
        for (string? cursor = null; ;)
        {
            var page = await FindAsync(query + (cursor is null ? "" : "&cursor=" + cursor));
            if (page.Data.FirstOrDefault(h => h.Id == home.Id) is { } hit) return hit;
            if ((cursor = page.NextCursor) is null) return null;
        }
    }

    [Fact]
    public async Task A_held_night_leaves_the_results_and_comes_back_when_it_is_freed()
    {
        var (home, guest, week) = (await WithListedHomeAsync(), await product.NewGuestAsync(), Week(product));
        (await FindsAsync(home, $"place=Lisbon&{Dates(week)}")).ShouldBeTrue();
        var booking = await guest.Api.PostAsync("/api/v1/bookings", new { property_id = home.Id, check_in = week.CheckIn, check_out = week.CheckOut, guests = new { adults = 2 } }).ReadAsync<BookingView>(201);
        await Until.HoldsAsync(async () => !await FindsAsync(home, $"place=Lisbon&{Dates(week)}"), "held nights are gone from the results");
        (await FindsAsync(home, $"place=Lisbon&{Dates((week.CheckOut, week.CheckOut.AddDays(2)))}")).ShouldBeTrue("the check-out day is free");
        await guest.Api.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { }).ShouldBeAsync(200);
        await Until.HoldsAsync(async () => await FindsAsync(home, $"place=Lisbon&{Dates(week)}"), "freed nights are back in the results");
    }

    [Fact]
    public async Task The_total_of_a_card_is_the_total_of_the_quote_to_the_cent()
    {
        var price = new PriceRules
        {
            Currency = "EUR", BaseNightMinor = 100_00, WeekendNightMinor = 130_00, WeeklyDiscountBps = 1000, CleaningFeeMinor = 60_00, PetFeeMinor = 25_00, ExtraGuestFeeMinor = 15_00, IncludedGuests = 2,
            Taxes = [new TaxRule("City tax", TaxKind.PerGuestNight, AmountMinor: 165)],
        };
        var (home, week) = (await WithListedHomeAsync(new StayRules { MaxGuests = 4, PetsAllowed = true }, price), Week(product));
        var quote = await product.Api.GetAsync($"{home.Path}/quote?{Dates(week)}&adults=3&pets=1").ReadAsync<Quote>();
        var hit = (await HitAsync(home, $"place=Lisbon&{Dates(week)}&adults=3&pets=1")).ShouldNotBeNull();
        hit.Total.ShouldBe(new Money(quote.TotalMinor, "EUR"));
        hit.Nights.ShouldBe(7);
    }

    [Fact]
    public async Task Homes_that_cannot_take_the_stay_are_not_shown()
    {
        var (home, week) = (await WithListedHomeAsync(new StayRules { MaxGuests = 2, MinNights = 5, PetsAllowed = false }), Week(product));
        (await FindsAsync(home, $"place=Lisbon&{Dates(week)}&adults=2")).ShouldBeTrue();
        (await FindsAsync(home, $"place=Lisbon&{Dates(week)}&adults=3")).ShouldBeFalse("too many guests");
        (await FindsAsync(home, $"place=Lisbon&{Dates(week)}&pets=1")).ShouldBeFalse("no pets");
        (await FindsAsync(home, $"place=Lisbon&{Dates((week.CheckIn, week.CheckIn.AddDays(3)))}")).ShouldBeFalse("too short");
    }

    [Fact]
    public async Task An_unpublished_home_disappears()
    {
        var home = await WithListedHomeAsync();
        await home.Host.Api.PostAsync($"{home.Path}/unpublish", new { }).ShouldBeAsync(200);
        await Until.HoldsAsync(async () => !await FindsAsync(home, "place=Lisbon"), "an unpublished home is gone");
    }

    [Fact]
    public async Task Places_boxes_circles_and_polygons_agree()
    {
        var home = await WithListedHomeAsync();
        (await FindsAsync(home, "place=Lisbon, Portugal")).ShouldBeTrue();
        (await FindsAsync(home, "place=Porto")).ShouldBeFalse();
        (await FindsAsync(home, "box=-9.2,38.68,-9.1,38.78")).ShouldBeTrue();
        (await FindsAsync(home, "box=2.2,48.8,2.4,48.9")).ShouldBeFalse();
        (await FindsAsync(home, "lat=38.72&lng=-9.14&radius_km=5")).ShouldBeTrue();
        (await FindsAsync(home, "lat=41.15&lng=-8.61&radius_km=5")).ShouldBeFalse();
        (await FindsAsync(home, "polygon=38.68,-9.2;38.78,-9.2;38.78,-9.1;38.68,-9.1")).ShouldBeTrue();
        (await FindsAsync(home, "polygon=48.8,2.2;48.9,2.2;48.9,2.4")).ShouldBeFalse();
    }

    [Fact]
    public async Task Strangers_get_the_approximate_point_only()
    {
        var home = await WithListedHomeAsync();
        var hit = (await HitAsync(home, "place=Lisbon")).ShouldNotBeNull();
        (hit.Latitude, hit.Longitude).ShouldNotBe((38.7223, -9.1393));
        JsonSerializer.Serialize(hit, Wire.Json).ShouldNotContain("Salitre");
    }

    [Fact]
    public async Task A_facet_counts_what_choosing_another_value_would_give()
    {
        await WithListedHomeAsync();
        var all = await FindAsync("place=Lisbon");
        var villas = await FindAsync("place=Lisbon&types=villa");
        villas.Data.ShouldAllBe(h => h.Type == PropertyType.Villa);
        villas.Facets.Types.Single(f => f.Value == "apartment").Count.ShouldBeGreaterThanOrEqualTo(1);
        all.Facets.Types.Sum(f => f.Count).ShouldBe(all.Total);
        all.Facets.Price.ShouldNotBeNull().Buckets.Sum().ShouldBe(all.Total);
    }

    [Fact]
    public async Task Prices_filter_and_sort_by_the_all_in_total()
    {
        var (cheap, dear) = (await WithListedHomeAsync(price: Homes.PlainPrice with { BaseNightMinor = 41_00 }), await WithListedHomeAsync(price: Homes.PlainPrice with { BaseNightMinor = 941_00 }));
        var week = Week(product);
        var total = (await HitAsync(dear, $"place=Lisbon&{Dates(week)}"))!.Total!.Value.AmountMinor;
        (await FindsAsync(dear, $"place=Lisbon&{Dates(week)}&min_price={total}")).ShouldBeTrue();
        (await FindsAsync(dear, $"place=Lisbon&{Dates(week)}&max_price={total - 1}")).ShouldBeFalse();
        (await FindsAsync(cheap, $"place=Lisbon&{Dates(week)}&min_price={total}")).ShouldBeFalse();
        var sorted = (await FindAsync($"place=Lisbon&{Dates(week)}&sort=price")).Data.Select(h => h.Total!.Value.AmountMinor).ToList();
        sorted.ShouldBe(sorted.Order());
    }

    [Fact]
    public async Task Pages_follow_each_other_without_repeating()
    {
        for (var i = 0; i < 3; i++) await WithListedHomeAsync(price: Homes.PlainPrice with { BaseNightMinor = 7_770_00 });
        const string palaces = "/api/v1/search?place=Lisbon&limit=2&sort=price&min_price=500000";
        var first = await product.Api.GetAsync(palaces).ReadAsync<SearchView>();
        var second = await product.Api.GetAsync($"{palaces}&cursor={first.NextCursor}").ReadAsync<SearchView>();
        second.Data.Count.ShouldBe(1);
        first.Data.Count.ShouldBe(2);
        second.Data.Select(h => h.Id).Intersect(first.Data.Select(h => h.Id)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("lisb", "Lisbon")]
    [InlineData("lsibon", "Lisbon")]
    [InlineData("LISBÓN", "Lisbon")]
    [InlineData("reykjav", "Reykjavík")]
    public async Task Names_are_guessed_from_their_beginning_with_slips_forgiven(string typed, string meant)
    {
        await WithListedHomeAsync();
        var found = await product.Api.GetAsync("/api/v1/search/autocomplete?q=" + Uri.EscapeDataString(typed)).ReadAsync();
        found.GetProperty("data").EnumerateArray().Select(s => s.GetProperty("label").GetString()).ShouldContain(meant);
    }

    [Fact]
    public async Task Nearby_answers_nearest_first_and_filters_tell_what_there_is()
    {
        await WithListedHomeAsync();
        var near = await product.Api.GetAsync("/api/v1/search/nearby?lat=38.72&lng=-9.14&limit=100").ReadAsync<SearchView>();
        var distances = near.Data.Select(h => h.DistanceKm!.Value).ToList();
        distances.ShouldBe(distances.Order());
        var filters = await product.Api.GetAsync("/api/v1/search/filters").ReadAsync();
        filters.GetProperty("types").EnumerateArray().Single(t => t.GetProperty("value").GetString() == "apartment").GetProperty("count").GetInt32().ShouldBeGreaterThan(0);
        await product.Api.GetAsync("/api/v1/search/popular").ShouldBeAsync(200);
    }

    [Theory]
    [InlineData("check_in=2027-05-01", "field_required", "check_out")]
    [InlineData("check_in=2027-05-04&check_out=2027-05-01", "check_out_before_check_in", "check_out")]
    [InlineData("check_in=soon&check_out=later", "field_invalid", "check_in")]
    [InlineData("adults=0", "field_range", "adults")]
    [InlineData("adults=many", "field_range", "adults")]
    [InlineData("box=1,2,3", "field_invalid", "box")]
    [InlineData("box=NaN,1,2,3", "field_invalid", "box")]
    [InlineData("polygon=1,2", "field_invalid", "polygon")]
    [InlineData("types=castle", "field_invalid", "types")]
    [InlineData("amenities=moat", "amenity_unknown", "amenities")]
    [InlineData("currency=ZZZ", "currency_unknown", "currency")]
    [InlineData("sort=random", "field_invalid", "sort")]
    [InlineData("sort=distance", "sort_needs_point", "sort")]
    [InlineData("limit=1000", "field_range", "limit")]
    [InlineData("cursor=%3Cscript%3E", "invalid_request", "cursor")]
    public async Task What_cannot_be_read_is_refused_with_its_name(string query, string code, string param) =>
        await product.Api.GetAsync("/api/v1/search?" + query).ShouldRefuseAsync(400, code, param);

    [Fact]
    public async Task Nearby_needs_a_point() => await product.Api.GetAsync("/api/v1/search/nearby?lng=1").ShouldRefuseAsync(400, "field_required", "lat");
}
