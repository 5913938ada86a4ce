using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>The sample data's door: bookings of past and future with calendar and history, once however often they are sent.</summary>
public sealed class SeedBookingsTests(WithProduct with) : IClassFixture<WithProduct>
{
    private static readonly PlaceView Place = new("Rua do Salitre 12", "1250-198", "Lisbon", null, "PT", 38.72, -9.15, false);

    private TestProduct Product => with.Product;

    [Fact]
    public async Task Sample_bookings_are_added_once_with_calendar_history_and_news_of_what_lies_ahead()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var (past, future) = (Sample(home, guest, -40, BookingStatus.Completed), Sample(home, guest, 50, BookingStatus.Confirmed));
        var batch = new SampleBatch { Bookings = [past, future], Blocks = [new(Guid.CreateVersion7(), home.Id, Product.In(70), Product.In(74))] };
        (await SeedAsync(batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(3);
        (await SeedAsync(batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(0);

        (await Product.ToldAsync<NightsTaken>(home.Id)).Select(n => (n.Start, n.Reason)).ShouldBe([(future.Quote.CheckIn, "stay"), (Product.In(70), "block")], "what is over needs no telling");
        var seen = await guest.SeenAsync(past.Id);
        (seen.Status, seen.Reference, seen.Total.AmountMinor).ShouldBe((BookingStatus.Completed, past.Reference, past.Quote.TotalMinor));
        (await guest.Api.GetAsync($"/api/v1/bookings/{past.Id}/history").ReadAsync<Page<BookingHistoryEntry>>()).Data.Select(h => h.To)
            .ShouldBe([BookingStatus.PendingPayment, BookingStatus.Confirmed, BookingStatus.CheckedIn, BookingStatus.Completed]);
        (await home.Host.Api.CalendarAsync(home, Product.In(-60), 200)).Taken.Count.ShouldBe(3);
        (await guest.Api.DeleteAsync($"/api/v1/bookings/{future.Id}").ReadAsync<BookingView>()).Status.ShouldBe(BookingStatus.CancelledByGuest, "a sample booking lives like any other");
    }

    [Fact]
    public async Task Sample_bookings_that_cannot_be_are_refused_whole()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        await SeedAsync(new SampleBatch { Bookings = [Sample(home, guest, 30, BookingStatus.Declined)] }).ShouldRefuseAsync(400, "sample_status", "bookings");
        await SeedAsync(new SampleBatch { Bookings = [Sample(home, guest, 30, BookingStatus.Confirmed), Sample(home, guest, 32, BookingStatus.Confirmed)] }).ShouldRefuseAsync(409, "sample_overlap");
        (await Product.CountAsync("select count(*) from bookings where property_id = $1", home.Id.Value)).ShouldBe(0);
        using var past = Product.ClientOf("bookings");
        past.DefaultRequestHeaders.Authorization = guest.Api.DefaultRequestHeaders.Authorization;
        ((int)(await past.PostAsync("/internal/seed", new SampleBatch())).StatusCode).ShouldBeInRange(401, 403);
    }

    [Fact]
    public async Task Two_thousand_sample_bookings_arrive_in_seconds()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var bookings = Enumerable.Range(0, 2_000).Select(i => Sample(home with { Id = PropertyId.New() }, guest, 100 + i % 50, BookingStatus.Confirmed)).ToList();
        var started = TimeProvider.System.GetTimestamp();
        (await SeedAsync(new SampleBatch { Bookings = bookings }).ReadAsync<SampleOutcome>()).Added.ShouldBe(2_000);
        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    private async Task<HttpResponseMessage> SeedAsync(SampleBatch batch)
    {
        using var inside = Product.ServiceClientOf("bookings");
        return await inside.PostAsync("/internal/seed", batch);
    }

    private SampleBooking Sample(Home home, Person guest, int daysAhead, BookingStatus status)
    {
        var quote = SampleStay.Frozen(checkIn: Product.In(daysAhead), property: home.Id, host: home.Host.Id).Quote;
        var bookedAt = new DateTimeOffset(Product.Now.AddDays(-60).UtcTicks / 10 * 10, TimeSpan.Zero);
        return new SampleBooking(BookingId.New(), PaymentId.New(), "EX" + Guid.NewGuid().ToString("n")[..10], home.Id, "Garden flat", "Lisbon", "PT", guest.Id, "Ada", home.Host.Id, "Rosa",
            quote, status, bookedAt, bookedAt.AddMinutes(3), null, Place);
    }
}
