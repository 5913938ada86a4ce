using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>The calendar of a home: what strangers see, what its host sees and changes.</summary>
public sealed class AvailabilityTests(WithProduct with) : IClassFixture<WithProduct>
{
    private TestProduct Product => with.Product;

    [Fact]
    public async Task Strangers_see_that_nights_are_taken_and_the_host_sees_why()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var from = Product.In(10);
        var stay = await guest.BookedAsync(home, from.AddDays(1), 3);
        await Product.PaidAsync(stay);
        var hold = await guest.BookedAsync(home, from.AddDays(4), 2);
        await home.Host.Api.PutAsync(home.Calendar, new { block = new[] { new { start = from.AddDays(10), end = from.AddDays(12), note = "Painters" } } }).ShouldBeAsync(200);

        (await Product.Api.CalendarAsync(home, from)).Taken.ShouldBe([new(from.AddDays(1), from.AddDays(6), "unavailable", null, null), new(from.AddDays(10), from.AddDays(12), "unavailable", null, null)]);
        (await guest.Api.CalendarAsync(home, from)).Taken.Count.ShouldBe(2, "a guest is a stranger to the calendar too");
        (await home.Host.Api.CalendarAsync(home, from)).Taken.ShouldBe([
            new(from.AddDays(1), from.AddDays(4), "stay", stay.Id, null), new(from.AddDays(4), from.AddDays(6), "hold", hold.Id, null), new(from.AddDays(10), from.AddDays(12), "block", null, "Painters")]);
        (await Product.Api.CalendarAsync(home, from.AddDays(2), 2)).Taken.ShouldBe([new(from.AddDays(2), from.AddDays(4), "unavailable", null, null)]);
    }

    [Fact]
    public async Task Unknown_homes_and_dates_that_make_no_sense_are_refused()
    {
        var home = await Product.NewHomeAsync();
        await Product.Api.GetAsync($"/api/v1/availability/{PropertyId.New()}").ShouldRefuseAsync(404, "property_not_found");
        await Product.Api.GetAsync($"{home.Calendar}?from=2027-01-02&to=2027-01-02").ShouldRefuseAsync(400, "dates_range", "to");
        await Product.Api.GetAsync($"{home.Calendar}?from=2027-01-02&to=2030-01-02").ShouldRefuseAsync(400, "dates_range", "to");
        await Product.Api.GetAsync($"{home.Calendar}?from=soon").ShouldRefuseAsync(400, "invalid_request");
        (await Product.Api.GetAsync(home.Calendar).ReadAsync<AvailabilityView>()).Taken.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_home_that_is_not_shown_has_a_calendar_for_its_host_only()
    {
        var home = await Product.NewHomeAsync();
        await home.Host.Api.PostAsync($"{home.Path}/unpublish", new { }).ShouldBeAsync(200);
        await Until.HoldsAsync(() => Product.CountAsync("select count(*) from known_listings where property_id = $1 and status = 'unpublished'", home.Id.Value), n => n == 1, "bookings know that it is not shown");
        await Product.Api.GetAsync(home.Calendar).ShouldRefuseAsync(404, "property_not_found");
        await home.Host.Api.GetAsync(home.Calendar).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Only_the_host_changes_the_calendar()
    {
        var (home, other) = (await Product.NewHomeAsync(), await Product.NewHostAsync());
        var body = new { block = new[] { new { start = Product.In(5), end = Product.In(6) } } };
        await other.Api.PutAsync(home.Calendar, body).ShouldRefuseAsync(403, "not_your_listing");
        await Product.Api.PutAsync(home.Calendar, body).ShouldRefuseAsync(401, "authentication_required");
        await other.Api.PutAsync($"/api/v1/availability/{PropertyId.New()}", body).ShouldRefuseAsync(404, "property_not_found");
    }

    [Fact]
    public async Task A_change_that_names_nothing_or_nonsense_is_refused_with_the_field()
    {
        var home = await Product.NewHomeAsync();
        await home.Host.Api.PutAsync(home.Calendar, new { }).ShouldRefuseAsync(400, "stretches_count", "block");
        await home.Host.Api.PutAsync(home.Calendar, new { block = new[] { new { start = Product.In(5) } } }).ShouldRefuseAsync(400, "field_required", "block.end");
        await home.Host.Api.PutAsync(home.Calendar, new { unblock = new[] { new { start = Product.In(5), end = Product.In(5) } } }).ShouldRefuseAsync(400, "dates_range", "unblock.end");
        await home.Host.Api.PutAsync(home.Calendar, "{\"block\": 7}").ShouldRefuseAsync(400, "invalid_json");
    }

    [Fact]
    public async Task Blocked_nights_cannot_be_booked_nor_booked_nights_blocked()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var from = Product.In(20);
        await Change(home, block: [(0, 3)]);
        await guest.BookAsync(home, from.AddDays(2), 2).ShouldRefuseAsync(409, "booking_dates_taken");
        await guest.BookedAsync(home, from.AddDays(3), 2);
        await home.Host.Api.PutAsync(home.Calendar, new { block = new[] { new { start = from.AddDays(4), end = from.AddDays(8) } } }).ShouldRefuseAsync(409, "nights_sold", "block");
    }

    [Fact]
    public async Task Blocking_and_unblocking_cut_and_fill_stretches()
    {
        var home = await Product.NewHomeAsync();
        await Change(home, block: [(0, 10)]);
        (await Change(home, unblock: [(3, 5)])).ShouldBe([(0, 3), (5, 10)]);
        (await Change(home, block: [(2, 6)])).ShouldBe([(0, 3), (3, 5), (5, 10)], "only what is open is closed anew");
        (await Change(home, unblock: [(0, 4), (9, 20)])).ShouldBe([(4, 5), (5, 9)]);
        (await Change(home, unblock: [(0, 30)], block: [(1, 2)])).ShouldBe([(1, 2)], "opening comes before closing");

        // What others were told, replayed, is what is in the calendar.
        var told = new Dictionary<Guid, (DateOnly, DateOnly)>();
        foreach (var taken in await Product.ToldAsync<NightsTaken>(home.Id)) told[taken.EntryId] = (taken.Start, taken.End);
        foreach (var freed in await Product.ToldAsync<NightsFreed>(home.Id)) told.Remove(freed.EntryId);
        told.Values.ShouldBe([(Product.In(21), Product.In(22))]);
    }

    /// <summary>Days count from twenty days ahead; the answer is all blocks then.</summary>
    private async Task<List<(int, int)>> Change(Home home, (int Start, int End)[]? block = null, (int Start, int End)[]? unblock = null)
    {
        var from = Product.In(20);
        await home.Host.Api.PutAsync(home.Calendar, new { block = Nights(block), unblock = Nights(unblock) }).ShouldBeAsync(200);
        return [.. (await home.Host.Api.CalendarAsync(home, from)).Taken.Select(t => (t.Start.DayNumber - from.DayNumber, t.End.DayNumber - from.DayNumber))];

        object[] Nights((int Start, int End)[]? days) => [.. (days ?? []).Select(d => new { start = from.AddDays(d.Start), end = from.AddDays(d.End) })];
    }
}
