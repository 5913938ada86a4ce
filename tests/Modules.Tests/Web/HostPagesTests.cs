using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Web;

public class HostPagesTests(WithProduct with) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = with.Product;

    [Theory]
    [InlineData("/host"), InlineData("/host/listings"), InlineData("/host/listings/new"), InlineData("/host/calendar"), InlineData("/host/bookings"), InlineData("/host/bookings?show=requests"), InlineData("/host/payouts")]
    public async Task Hosts_see_it_strangers_sign_in_and_guests_are_offered_to_become_hosts(string path)
    {
        var host = await Browsing.SignedInAsync(product, (await product.NewHomeAsync()).Host);
        await host.OpenAsync(path);
        host.Status.ShouldBe(200, host.Text);
        host.Page.QuerySelector("h1").ShouldNotBeNull();

        var stranger = new Browsing(product);
        await stranger.OpenAsync(path);
        stranger.Path.ShouldStartWith("/sign-in?return=");

        var guest = await Browsing.SignedInAsync(product, await product.NewGuestAsync());
        await guest.OpenAsync(path);
        guest.Status.ShouldBe(403);
        guest.Text.ShouldContain("Become a host");
    }

    [Fact]
    public async Task A_guest_becomes_a_host_and_begins_a_listing()
    {
        var visit = await Browsing.SignedInAsync(product, await product.NewGuestAsync());
        await visit.OpenAsync("/host");
        await visit.SendAsync("become-host");
        visit.Path.ShouldBe("/host/listings/new");
        await visit.SendAsync("new", ("title", "ab"), ("description", "A room above the bakery, warm from five in the morning."));
        visit.Status.ShouldBe(400);
        visit.Page.QuerySelector("textarea[name=description]")!.TextContent.ShouldContain("above the bakery");
        await visit.SendAsync("new", ("title", "Room above the bakery"), ("beds", "2"));
        visit.Path.ShouldContain("/place?done=begun");
        visit.Text.ShouldContain("Room above the bakery");
    }

    [Fact]
    public async Task Each_section_of_a_listing_saves_by_itself_and_keeps_what_was_typed_when_refused()
    {
        var home = await product.NewHomeAsync();
        var visit = await Browsing.SignedInAsync(product, home.Host);
        var desk = $"/host/listings/{home.Id}";

        await visit.OpenAsync($"{desk}/basics");
        await visit.SendAsync("basics", ("title", "Garden flat, now with a swing"));
        visit.Path.ShouldBe($"{desk}/basics?done=saved");

        await visit.OpenAsync($"{desk}/place");
        await visit.SendAsync("place", ("latitude", "95"), ("street", "Rua Nova 1"));
        visit.Status.ShouldBe(400);
        visit.Page.QuerySelector("input[name=street]")!.GetAttribute("value").ShouldBe("Rua Nova 1");
        await visit.SendAsync("place", ("latitude", "38.71"));

        await visit.OpenAsync($"{desk}/amenities");
        await visit.SendAsync("amenities", ("amenities", "sauna"));
        await visit.OpenAsync($"{desk}/rules");
        await visit.SendAsync("rules", ("min_nights", "3"), ("cancellation_policy", "firm"), ("pets_allowed", "true"));
        await visit.OpenAsync($"{desk}/price");
        await visit.SendAsync("price", ("base_night_minor", "hundred"));
        visit.Status.ShouldBe(400);
        visit.Page.QuerySelector("input[name=base_night_minor]")!.GetAttribute("value").ShouldBe("hundred");
        await visit.SendAsync("price", ("base_night_minor", "120,50"), ("weekend_night_minor", "140"), ("weekly_discount_bps", "12.5"), ("tax0_name", "City tax"), ("tax0_kind", "per_guest_night"), ("tax0_amount", "2"));
        visit.Path.ShouldBe($"{desk}/price?done=saved");
        visit.Text.ShouldContain("You receive");

        var now = await home.Host.Api.GetAsync(home.Path).ReadAsync<PropertyView>();
        (now.Title, now.Place!.Street, now.Place.Latitude).ShouldBe(("Garden flat, now with a swing", "Rua Nova 1", 38.71));
        (now.Rules.MinNights, now.Rules.CancellationPolicy, now.Rules.PetsAllowed).ShouldBe((3, CancellationPolicy.Firm, true));
        now.Amenities.ShouldBe(["sauna"]);
        (now.Price!.BaseNightMinor, now.Price.WeekendNightMinor, now.Price.WeeklyDiscountBps, now.Price.CleaningFeeMinor).ShouldBe((120_50, 140_00, 1250, 40_00));
        now.Price.Taxes.ShouldBe([new TaxRule("City tax", TaxKind.PerGuestNight, 0, 2_00)]);
    }

    [Fact]
    public async Task A_listing_that_lacks_something_is_not_published_and_says_what_it_lacks()
    {
        var visit = await Browsing.SignedInAsync(product, await product.NewHostAsync());
        await visit.OpenAsync("/host/listings/new");
        await visit.SendAsync("new", ("title", "Half a boat"));
        await visit.OpenAsync(visit.Path.Split("/place")[0]);
        await visit.SendAsync("publish");
        visit.Status.ShouldBe(409);
        visit.Text.ShouldContain("a picture");
    }

    [Fact]
    public async Task Nights_are_closed_priced_and_opened_again()
    {
        var home = await product.NewHomeAsync();
        var visit = await Browsing.SignedInAsync(product, home.Host);
        var start = DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(40);
        var (from, to) = (start.ToString("yyyy-MM-dd"), start.AddDays(3).ToString("yyyy-MM-dd"));
        await visit.OpenAsync($"/host/calendar?listing={home.Id}");
        await visit.SendAsync("nights", ("start", from), ("end", to), ("note", "Painting"), ("do", "block"));
        visit.Path.ShouldContain("done=blocked");
        visit.Text.ShouldContain("Painting");
        await visit.SendAsync("nights", ("start", from), ("end", to), ("price", "222"), ("do", "price"));
        (await home.Host.Api.GetAsync(home.Path).ReadAsync<PropertyView>()).Price!.DatePrices[start].ShouldBe(222_00);
        await visit.SendAsync($"open-{start:yyyyMMdd}");
        (await home.Host.Api.GetAsync($"{home.Calendar}?from={from}&to={to}").ReadAsync<AvailabilityView>()).Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_request_waits_on_the_first_page_and_is_accepted()
    {
        var home = await product.NewHomeAsync(rules: new StayRules { MaxGuests = 4, InstantBook = false });
        var guest = await product.NewGuestAsync("Ana Duarte");
        var start = DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(20);
        var quote = await guest.Api.GetAsync($"{home.Path}/quote?check_in={start:yyyy-MM-dd}&check_out={start.AddDays(4):yyyy-MM-dd}&adults=2").ReadAsync<Quote>();
        var booking = await guest.Api.PostAsync("/api/v1/bookings", new { property_id = home.Id, check_in = start, check_out = start.AddDays(4), guests = new { adults = 2 }, quote_hash = quote.Hash, message = "We come by train." }, Guid.NewGuid().ToString()).ReadAsync<BookingView>(201);

        var visit = await Browsing.SignedInAsync(product, home.Host);
        await visit.OpenAsync("/host");
        visit.Page.QuerySelector($"a[href='/host/bookings/{booking.Id}']").ShouldNotBeNull();
        await visit.OpenAsync($"/host/bookings/{booking.Id}");
        visit.Text.ShouldContain("We come by train.");
        await visit.SendAsync("accept");
        visit.Path.ShouldContain("done=accepted");
        (await guest.Api.GetAsync($"/api/v1/bookings/{booking.Id}").ReadAsync<BookingView>()).Status.ShouldBe(BookingStatus.PendingPayment);

        var other = await Browsing.SignedInAsync(product, await product.NewHostAsync());
        await other.OpenAsync($"/host/bookings/{booking.Id}");
        other.Status.ShouldBe(404);
    }
}
