using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Properties;

/// <summary>Quotes through HTTP. The product's clock stands at 1 June 2026, noon in Lisbon.</summary>
public sealed class QuoteEndpointTests(WithOwnClock with) : IClassFixture<WithOwnClock>, IAsyncLifetime
{
    private readonly TestProduct product = with.Product;
    private PropertyView listing = null!;

    public async Task InitializeAsync()
    {
        product.Clock.SetOffset(DateTimeOffset.Parse("2026-06-01T11:00:00Z", null) - TimeProvider.System.GetUtcNow());
        listing = await (await product.NewHostAsync()).PublishedAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_worked_example_comes_out_to_the_cent_and_so_does_its_refund()
    {
        var quote = await AskAsync("check_in=2026-09-04&check_out=2026-09-11&adults=3&pets=1").ReadAsync<Quote>();
        quote.Lines.Select(l => l.AmountMinor).ShouldBe([760_00, -76_00, 60_00, 105_00, 25_00, 122_36, 34_65]);
        (quote.HostSubtotalMinor, quote.GuestFeeMinor, quote.TaxMinor, quote.TotalMinor, quote.PayoutMinor, quote.Currency).ShouldBe((874_00, 122_36, 34_65, 1_031_01, 847_78, "EUR"));
        quote.CheckInAt.ShouldBe(DateTimeOffset.Parse("2026-09-04T14:00:00Z", null));
        QuoteHash.Matches(quote).ShouldBeTrue();
        Refund.At(quote, product.Now, quote.CheckInAt.AddDays(-10)).RefundMinor.ShouldBe(471_65);
    }

    [Fact]
    public async Task The_same_question_gets_the_same_hash()
    {
        var first = await AskAsync("check_in=2026-09-04&check_out=2026-09-11&adults=3&pets=1").ReadAsync<Quote>();
        (await AskAsync("check_in=2026-09-04&check_out=2026-09-11&adults=3&pets=1").ReadAsync<Quote>()).Hash.ShouldBe(first.Hash);
        (await AskAsync("check_in=2026-09-04&check_out=2026-09-11&adults=2&pets=1").ReadAsync<Quote>()).Hash.ShouldNotBe(first.Hash);
    }

    [Fact]
    public async Task One_adult_is_meant_when_nobody_is_named() =>
        (await AskAsync("check_in=2026-09-07&check_out=2026-09-09").ReadAsync<Quote>()).Guests.ShouldBe(new GuestParty(1));

    [Theory]
    [InlineData("check_in=2026-09-04&check_out=2026-09-05", "stay_too_short", "check_out")]
    [InlineData("check_in=2026-09-01&check_out=2026-10-15", "stay_too_long", "check_out")]
    [InlineData("check_in=2026-05-31&check_out=2026-06-05", "check_in_past", "check_in")]
    [InlineData("check_in=2026-09-04&check_out=2026-09-04", "check_out_before_check_in", "check_out")]
    [InlineData("check_in=2026-09-04&check_out=2026-09-01", "check_out_before_check_in", "check_out")]
    [InlineData("check_in=2028-09-04&check_out=2028-09-08", "beyond_booking_window", "check_out")]
    [InlineData("check_in=2026-09-04&check_out=2026-09-08&adults=5", "too_many_guests", "adults")]
    [InlineData("check_in=2026-09-04&check_out=2026-09-08&adults=0&children=1", "adult_required", "adults")]
    [InlineData("check_in=2026-09-04&check_out=2026-09-08&adults=-1", "adult_required", "adults")]
    [InlineData("check_in=2026-09-04&check_out=2026-09-08&children=-1", "guests_invalid", "children")]
    [InlineData("check_in=2026-09-04&check_out=2026-09-08&adults=2147483647&children=2147483647", "too_many_guests", "adults")]
    [InlineData("check_in=2026-09-04", "field_required", "check_out")]
    [InlineData("check_in=yesterday&check_out=2026-09-08", "invalid_request", null)]
    [InlineData("check_in=2026-09-04&check_out=2026-09-08&adults=two", "invalid_request", null)]
    [InlineData("check_in=0001-01-01&check_out=9999-12-31", "check_in_past", "check_in")]
    public async Task A_stay_that_the_rules_dont_take_is_refused(string query, string code, string? param) => await AskAsync(query).ShouldRefuseAsync(400, code, param);

    [Fact]
    public async Task Pets_notice_and_the_listings_own_date_count()
    {
        var host = await product.NewHostAsync();
        var path = $"/api/v1/properties/{(await host.PublishedAsync()).Id}";
        await host.Api.PutAsync($"{path}/location", new { city = "Kiritimati", country_code = "KI", latitude = 1.87, longitude = -157.43 }).ShouldBeAsync(200);
        await host.Api.PutAsync($"{path}/rules", new { advance_notice_days = 2, max_guests = 2 }).ShouldBeAsync(200);
        // It is 2 June there already.
        await product.Api.GetAsync($"{path}/quote?check_in=2026-06-01&check_out=2026-06-05").ShouldRefuseAsync(400, "check_in_past", "check_in");
        await product.Api.GetAsync($"{path}/quote?check_in=2026-06-03&check_out=2026-06-05").ShouldRefuseAsync(400, "advance_notice", "check_in");
        await product.Api.GetAsync($"{path}/quote?check_in=2026-06-04&check_out=2026-06-05&pets=1").ShouldRefuseAsync(400, "pets_not_allowed", "pets");
        await product.Api.GetAsync($"{path}/quote?check_in=2026-06-04&check_out=2026-06-05").ShouldBeAsync(200);
    }

    [Fact]
    public async Task Nobody_gets_a_quote_for_what_he_may_not_see()
    {
        await product.Api.GetAsync($"/api/v1/properties/{Guid.NewGuid()}/quote?check_in=2026-09-04&check_out=2026-09-08").ShouldRefuseAsync(404, "property_not_found");
        var host = await product.NewHostAsync();
        var draft = await host.DraftAsync();
        await product.Api.GetAsync($"/api/v1/properties/{draft.Id}/quote?check_in=2026-09-04&check_out=2026-09-08").ShouldRefuseAsync(404, "property_not_found");
        await host.Api.GetAsync($"/api/v1/properties/{draft.Id}/quote?check_in=2026-09-04&check_out=2026-09-08").ShouldBeAsync(200);
    }

    [Fact]
    public async Task Bookings_gets_the_same_quote_frozen_with_the_listing()
    {
        using var inside = product.ServiceClientOf("properties");
        var request = new QuoteRequest(listing.Id, new(2026, 9, 4), new(2026, 9, 11), new GuestParty(3, Pets: 1));
        var frozen = await inside.PostAsync("/internal/quotes", request).ReadAsync<FrozenQuote>();
        var asked = await AskAsync("check_in=2026-09-04&check_out=2026-09-11&adults=3&pets=1").ReadAsync<Quote>();
        JsonSerializer.Serialize(frozen.Quote, Wire.Json).ShouldBe(JsonSerializer.Serialize(asked, Wire.Json));
        (frozen.Listing.Title, frozen.Listing.ExactPlace.Street, frozen.Listing.HostId, frozen.Listing.TimeZone).ShouldBe((listing.Title, "Rua Augusta 27", listing.HostId, "Europe/Lisbon"));
        frozen.Listing.ImageUrl.ShouldNotBeNull();

        await inside.PostAsync("/internal/quotes", request with { CheckOut = new(2026, 9, 5) }).ShouldRefuseAsync(400, "stay_too_short", "check_out");
        await inside.PostAsync("/internal/quotes", request with { PropertyId = PropertyId.New() }).ShouldRefuseAsync(404, "property_not_found");
        await inside.PostAsync("/internal/quotes", "{}").ShouldRefuseAsync(400, "field_required", "guests");
        var draft = await (await product.NewHostAsync()).DraftAsync();
        await inside.PostAsync("/internal/quotes", request with { PropertyId = draft.Id }).ShouldRefuseAsync(404, "property_not_found");
    }

    [Fact]
    public async Task A_frozen_quote_does_not_follow_the_listings_prices()
    {
        var host = await product.NewHostAsync();
        var own = await host.PublishedAsync();
        using var inside = product.ServiceClientOf("properties");
        var request = new QuoteRequest(own.Id, new(2026, 9, 7), new(2026, 9, 9), new GuestParty(2));
        var before = await inside.PostAsync("/internal/quotes", request).ReadAsync<FrozenQuote>();
        await host.Api.PutAsync($"/api/v1/properties/{own.Id}/price-rules", new { currency = "EUR", base_night_minor = 500_00 }).ShouldBeAsync(200);
        QuoteHash.Matches(before.Quote).ShouldBeTrue();
        (await inside.PostAsync("/internal/quotes", request).ReadAsync<FrozenQuote>()).Quote.HostSubtotalMinor.ShouldBe(1_000_00);
    }

    private Task<HttpResponseMessage> AskAsync(string query) => product.Api.GetAsync($"/api/v1/properties/{listing.Id}/quote?{query}");
}
