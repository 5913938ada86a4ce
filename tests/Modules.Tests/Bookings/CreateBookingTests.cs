using System.Net;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>Booking a home through HTTP: what is answered, what is refused, and that no night is sold twice.</summary>
public sealed class CreateBookingTests(WithProduct with) : IClassFixture<WithProduct>
{
    private TestProduct Product => with.Product;

    [Fact]
    public async Task A_guest_books_and_the_nights_are_held()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync("Ada Keller"));
        var checkIn = Product.In(30);
        var quote = await Product.Api.GetAsync($"{home.Path}/quote?check_in={checkIn:yyyy-MM-dd}&check_out={checkIn.AddDays(3):yyyy-MM-dd}&adults=2").ReadAsync<Quote>();

        using var response = await guest.Api.PostAsync("/api/v1/bookings", Stays.Body(home, checkIn, quoteHash: quote.Hash, message: "We come by train."));
        var booking = await Task.FromResult(response).ReadAsync<BookingView>(201);
        response.Headers.Location!.ToString().ShouldBe($"/api/v1/bookings/{booking.Id}");
        response.Headers.ETag!.Tag.ShouldBe("\"1\"");
        booking.Status.ShouldBe(BookingStatus.PendingPayment);
        booking.Quote.Hash.ShouldBe(quote.Hash);
        booking.Total.ShouldBe(new Money(quote.TotalMinor, "EUR"));
        booking.GuestName.ShouldNotBe("Guest");
        booking.Place.ShouldBeNull("the address is for those who are certain to come");
        booking.Message.ShouldBe("We come by train.");
        booking.ExpiresAt!.Value.ShouldBe(booking.CreatedAt.AddMinutes(15));

        (await guest.SeenAsync(booking.Id)).ShouldBeEquivalentTo(booking);
        (await home.Host.SeenAsync(booking.Id)).Place!.Street.ShouldBe("Rua do Salitre 12");
        (await Product.ToldAsync<BookingHeld>(booking.Id)).ShouldHaveSingleItem().ExpiresAt.ShouldBe(booking.ExpiresAt.Value);
        var taken = (await Product.ToldAsync<NightsTaken>(home.Id)).ShouldHaveSingleItem();
        (taken.Start, taken.End, taken.Reason).ShouldBe((checkIn, checkIn.AddDays(3), "hold"));
    }

    [Fact]
    public async Task Somebody_elses_booking_does_not_exist()
    {
        var (home, guest, other) = (await Product.NewHomeAsync(), await Product.NewGuestAsync(), await Product.NewGuestAsync());
        var booking = await guest.BookedAsync(home, Product.In(20));
        var path = $"/api/v1/bookings/{booking.Id}";
        await other.Api.GetAsync(path).ShouldRefuseAsync(404, "booking_not_found");
        await other.Api.GetAsync(path + "/history").ShouldRefuseAsync(404, "booking_not_found");
        await other.Api.GetAsync(path + "/cancellation").ShouldRefuseAsync(404, "booking_not_found");
        await other.Api.GetAsync(path + "/calendar.ics").ShouldRefuseAsync(404, "booking_not_found");
        await other.Api.PostAsync(path + "/cancel", new { }).ShouldRefuseAsync(404, "booking_not_found");
        await other.Api.PostAsync(path + "/accept", new { }).ShouldRefuseAsync(404, "booking_not_found");
        await other.Api.PostAsync(path + "/decline", new { }).ShouldRefuseAsync(404, "booking_not_found");
        await other.Api.PutAsync(path, new { message = "x" }).ShouldRefuseAsync(404, "booking_not_found");
        await other.Api.DeleteAsync(path).ShouldRefuseAsync(404, "booking_not_found");
        await Product.Api.GetAsync(path).ShouldRefuseAsync(401, "authentication_required");
        await Product.Api.PostAsync("/api/v1/bookings", Stays.Body(home, Product.In(50))).ShouldRefuseAsync(401, "authentication_required");
        (await other.Api.GetAsync("/api/v1/bookings").ReadAsync<Page<BookingView>>()).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_is_not_a_booking_is_refused_with_the_field()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var (from, to) = (Product.In(20), Product.In(22));
        var party = new { adults = 2 };
        await Refused(new { }, "field_required", "property_id");
        await Refused(new { property_id = home.Id, check_in = from, check_out = to }, "field_required", "guests");
        await Refused(new { property_id = home.Id, check_in = to, check_out = from, guests = party }, "check_out_before_check_in", "check_out");
        await Refused(new { property_id = home.Id, check_in = from, check_out = to, guests = new { adults = 0 } }, "adult_required", "adults");
        await Refused(new { property_id = home.Id, check_in = from, check_out = to, guests = party, message = new string('x', 2001) }, "field_length", "message");
        await Refused(new { property_id = home.Id, check_in = from, check_out = to, guests = new { adults = 9 } }, "too_many_guests", "adults");
        await Refused(new { property_id = home.Id, check_in = Product.In(-5), check_out = to, guests = party }, "check_in_past", "check_in");
        await Refused("{\"property_id\": 5}", "invalid_json", "property_id");
        await Refused("not json", "invalid_json", null);

        Task Refused(object body, string code, string? param) => guest.Api.PostAsync("/api/v1/bookings", body).ShouldRefuseAsync(400, code, param);
    }

    [Fact]
    public async Task A_home_that_is_unknown_ones_own_or_no_longer_shown_is_refused()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        await guest.BookAsync(home with { Id = PropertyId.New() }, Product.In(20)).ShouldRefuseAsync(404, "property_not_found");
        await home.Host.BookAsync(home, Product.In(20)).ShouldRefuseAsync(409, "own_listing", "property_id");

        await Until.HoldsAsync(() => Product.CountAsync("select count(*) from known_listings where property_id = $1", home.Id.Value), n => n == 1, "the listing is known");
        await home.Host.Api.PostAsync($"{home.Path}/unpublish", new { }).ShouldBeAsync(200);
        await guest.BookAsync(home, Product.In(20)).ShouldRefuseAsync(409, "listing_not_bookable", "property_id");
    }

    [Fact]
    public async Task A_price_that_is_not_the_one_that_was_shown_is_refused()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        await guest.Api.PostAsync("/api/v1/bookings", Stays.Body(home, Product.In(20), quoteHash: new string('0', 64))).ShouldRefuseAsync(409, "quote_changed", "quote_hash");
    }

    [Fact]
    public async Task Taken_nights_are_refused_and_turnover_on_the_same_day_is_not()
    {
        var (home, first, second) = (await Product.NewHomeAsync(), await Product.NewGuestAsync(), await Product.NewGuestAsync());
        var checkIn = Product.In(40);
        await first.BookedAsync(home, checkIn, 4);
        foreach (var (offset, nights) in ((int, int)[])[(0, 4), (-1, 2), (3, 1), (1, 2), (-2, 9)])
            await second.BookAsync(home, checkIn.AddDays(offset), nights).ShouldRefuseAsync(409, "booking_dates_taken");
        await second.BookedAsync(home, checkIn.AddDays(4), 2);
        await second.BookedAsync(home, checkIn.AddDays(-2), 2);
    }

    [Fact]
    public async Task Of_fifty_bookings_of_the_same_nights_at_once_one_succeeds_and_forty_nine_are_refused()
    {
        var home = await Product.NewHomeAsync();
        var guests = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Product.NewGuestAsync()));
        var checkIn = Product.In(60);
        // Not all ask for the very same nights: all overlap, though.
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => guests[i % 10].BookAsync(home, checkIn.AddDays(i % 3), 3, $"try-{i}")));
        var statuses = answers.CountBy(a => a.StatusCode).ToDictionary();
        foreach (var answer in answers) answer.Dispose();
        statuses.ShouldBe(new Dictionary<HttpStatusCode, int> { [HttpStatusCode.Created] = 1, [HttpStatusCode.Conflict] = 49 }, ignoreOrder: true);
        (await Product.CountAsync("select count(*) from bookings where property_id = $1", home.Id.Value)).ShouldBe(1);
        (await Product.CountAsync("select count(*) from availability_calendar where property_id = $1", home.Id.Value)).ShouldBe(1);
        (await guests[0].BookAsync(home, checkIn.AddDays(5), 2)).StatusCode.ShouldBe(HttpStatusCode.Created, "a stay may begin on the day another ends");
    }

    [Fact]
    public async Task A_repeated_request_with_its_key_is_the_same_booking()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var checkIn = Product.In(25);
        var first = await guest.BookAsync(home, checkIn, key: "one").ReadAsync<BookingView>(201);
        (await guest.BookAsync(home, checkIn, key: "one").ReadAsync<BookingView>(201)).ShouldBeEquivalentTo(first);
        await guest.BookAsync(home, checkIn.AddDays(9), key: "one").ShouldRefuseAsync(409, "idempotency_key_reused");
        (await guest.BookAsync(home, checkIn.AddDays(9), key: "two").ReadAsync<BookingView>(201)).Id.ShouldNotBe(first.Id);
    }

    [Fact]
    public async Task A_request_repeated_after_a_crash_finds_what_it_had_made()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var checkIn = Product.In(25);
        var first = await guest.BookAsync(home, checkIn, key: "crash").ReadAsync<BookingView>(201);
        // The process died between saving the booking and keeping its answer.
        await using (var forget = Product.Inside<NpgsqlDataSource>("bookings").CreateCommand("delete from idempotency_keys where caller = $1"))
        {
            forget.Parameters.Add(new() { Value = guest.Id.ToString() });
            (await forget.ExecuteNonQueryAsync()).ShouldBe(1);
        }
        (await guest.BookAsync(home, checkIn, key: "crash").ReadAsync<BookingView>(201)).Id.ShouldBe(first.Id);
        await guest.BookAsync(home, checkIn.AddDays(3), key: "crash").ShouldRefuseAsync(409, "idempotency_key_reused");
        (await Product.CountAsync("select count(*) from bookings where property_id = $1", home.Id.Value)).ShouldBe(1);
    }

    [Fact]
    public async Task A_lists_pages_and_filters_show_ones_own_bookings()
    {
        var (home, guest) = (await Product.NewHomeAsync(), await Product.NewGuestAsync());
        var made = new List<BookingId>();
        for (var i = 0; i < 5; i++) made.Add((await guest.BookedAsync(home, Product.In(30 + 5 * i))).Id);
        await Product.PaidAsync(await guest.SeenAsync(made[0]));

        var (seen, cursor) = (new List<BookingId>(), (string?)null);
        do
        {
            var page = await guest.Api.GetAsync($"/api/v1/bookings?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}").ReadAsync<Page<BookingView>>();
            seen.AddRange(page.Data.Select(b => b.Id));
            cursor = page.NextCursor;
        } while (cursor is not null);
        seen.ShouldBe(Enumerable.Reverse(made));

        (await List("?role=host", home.Host)).Count.ShouldBe(5);
        (await List("?role=host", guest)).ShouldBeEmpty();
        (await List("?status=confirmed", guest)).ShouldBe([made[0]]);
        (await List("?status=confirmed,pending_payment", guest)).Count.ShouldBe(5);
        (await List($"?from={Product.In(34):yyyy-MM-dd}&to={Product.In(36):yyyy-MM-dd}", guest)).ShouldBe([made[1]]);
        await guest.Api.GetAsync("/api/v1/bookings?status=lost").ShouldRefuseAsync(400, "status_unknown", "status");
        await guest.Api.GetAsync("/api/v1/bookings?role=king").ShouldRefuseAsync(400, "role_unknown", "role");
        await guest.Api.GetAsync("/api/v1/bookings?role=all").ShouldRefuseAsync(403, "not_allowed");
        await guest.Api.GetAsync("/api/v1/bookings?limit=0").ShouldRefuseAsync(400, "invalid_request");

        static async Task<List<BookingId>> List(string query, Person person) => [.. (await person.Api.GetAsync("/api/v1/bookings" + query).ReadAsync<Page<BookingView>>()).Data.Select(b => b.Id)];
    }
}
