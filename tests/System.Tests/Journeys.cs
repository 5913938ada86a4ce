using System.Net.Http.Headers;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.System.Tests;

/// <summary>What people do, from end to end, at the doors that people have. The same in every shape of the product.</summary>
public abstract class Journeys(RunningProduct product)
{
    [Fact]
    public async Task A_guest_finds_books_and_pays_gets_letters_cancels_and_gets_the_money_back()
    {
        var (host, guest) = (await product.NewPersonAsync(host: true), await product.NewPersonAsync());
        var home = await product.NewHomeAsync(host.Id);
        var checkIn = await product.InAsync(60);
        await Until.HoldsAsync(() => product.FindsAsync(home, checkIn), "the home is found");

        var quote = await product.Api.GetAsync($"/api/v1/properties/{home}/quote?check_in={checkIn:yyyy-MM-dd}&check_out={checkIn.AddDays(3):yyyy-MM-dd}&adults=2").ReadAsync<Quote>();
        var booking = await guest.BookedAsync(home, checkIn);
        booking.Total.AmountMinor.ShouldBe(quote.TotalMinor);
        await Until.HoldsAsync(async () => !await product.FindsAsync(home, checkIn), "held nights leave the search");

        var payment = await guest.PaymentOfAsync(booking);
        await guest.ConfirmAsync(payment, "pm_card_chargeDeclined").ShouldRefuseAsync(402, "payment_declined", "card_declined");
        (await guest.ConfirmAsync(payment, "pm_card_visa").ReadAsync<PaymentView>()).Status.ShouldBe(PaymentStatus.Succeeded);
        await guest.ComesToAsync(booking, BookingStatus.Confirmed);
        await product.LetterAsync(guest.Email, "booking_confirmed_guest");
        await product.LetterAsync(host.Email, "booking_confirmed_host");
        (await Until.HoldsAsync(() => guest.Api.GetAsync("/api/v1/invoices").ReadAsync<Page<InvoiceView>>(), p => p.Data.Count == 1, "the invoice is there")).Data[0].Total.ShouldBe(booking.Total);

        var preview = await guest.Api.GetAsync($"/api/v1/bookings/{booking.Id}/cancellation").ReadAsync<CancellationPreview>();
        preview.Refund.ShouldBe(booking.Total, "a flexible stay far away");
        (await guest.Api.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { }).ReadAsync<BookingView>()).Refund.ShouldBe(preview.Refund);
        await Until.HoldsAsync(() => guest.Api.GetAsync($"/api/v1/payments/{payment.Id}").ReadAsync<PaymentView>(), p => p.Status == PaymentStatus.Refunded, "the refund is through");
        await product.LetterAsync(guest.Email, "refund_issued");
        await Until.HoldsAsync(() => product.FindsAsync(home, checkIn), "freed nights are back in the search");
        (await guest.Api.GetAsync("/api/v1/notifications").ReadAsync()).GetProperty("data").GetArrayLength().ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task A_form_in_the_page_pays_and_the_webhook_confirms()
    {
        var (host, guest) = (await product.NewPersonAsync(host: true), await product.NewPersonAsync());
        var booking = await guest.BookedAsync(await product.NewHomeAsync(host.Id), await product.InAsync(40));
        var payment = await guest.PaymentOfAsync(booking);
        using var stripe = product.ClientOf("sandbox");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["key"] = payment.PublishableKey!, ["client_secret"] = payment.ClientSecret!, ["payment_method"] = "pm_card_visa", ["return_url"] = "http://localhost/back" });
        await stripe.PostAsync($"/stripe/v1/payment_intents/{payment.ClientSecret!.Split("_secret_")[0]}/confirm", form).ShouldBeAsync(200);
        await guest.ComesToAsync(booking, BookingStatus.Confirmed);
    }

    [Fact]
    public async Task A_host_lists_a_home_with_a_picture_and_strangers_find_it()
    {
        var host = await product.NewPersonAsync(host: true);
        var draft = await host.Api.PostAsync("/api/v1/properties", new
        {
            title = "Attic above the river", description = "A bright attic with a terrace, five minutes from the river.", type = "apartment", bedrooms = 2, beds = 3, bathrooms = 1.5, amenities = (string[])["wifi", "kitchen"],
            location = new { street = "Rua Augusta 27", postal_code = "1100-053", city = "Lisbon", country_code = "PT", latitude = 38.711046, longitude = -9.139337 },
            price = new { currency = "EUR", base_night_minor = 100_00, included_guests = 2 }, rules = new { max_guests = 4, cancellation_policy = "firm" },
        }).ReadAsync<PropertyView>(201);
        var picture = await UploadedAsync(host);
        await host.Api.PostAsync($"/api/v1/properties/{draft.Id}/images", new { media_id = picture.Id, caption = "The terrace" }).ShouldBeAsync(200);
        (await host.Api.PostAsync($"/api/v1/properties/{draft.Id}/publish", new { }).ReadAsync<PropertyView>()).Status.ShouldBe(ListingStatus.Published);
        var checkIn = await product.InAsync(30);
        await Until.HoldsAsync(() => product.FindsAsync(draft.Id, checkIn), "the new home is found");
        var seen = await product.Api.GetAsync($"/api/v1/properties/{draft.Id}").ReadAsync();
        seen.GetProperty("images").GetArrayLength().ShouldBe(1);
        using var image = await product.Api.GetAsync($"/api/v1/media/{picture.Id}/640.webp");
        (image.IsSuccessStatusCode, image.Content.Headers.ContentType?.MediaType).ShouldBe((true, "image/webp"));
    }

    [Fact]
    public async Task A_host_accepts_a_request_and_the_guest_pays()
    {
        var (host, guest) = (await product.NewPersonAsync(host: true), await product.NewPersonAsync());
        var home = await product.NewHomeAsync(host.Id, new StayRules { MaxGuests = 4, InstantBook = false });
        var booking = await guest.BookedAsync(home, await product.InAsync(50));
        booking.Status.ShouldBe(BookingStatus.Requested);
        await product.LetterAsync(host.Email, "booking_requested");
        await host.Api.PostAsync($"/api/v1/bookings/{booking.Id}/accept", new { }, "accept").ShouldBeAsync(200);
        await guest.PaidAsync(booking);
    }

    [Fact]
    public async Task Fifty_guests_want_the_same_nights_and_one_gets_them()
    {
        var home = await product.NewHomeAsync((await product.NewPersonAsync(host: true)).Id);
        var checkIn = await product.InAsync(90);
        var guests = new List<Person>();
        for (var i = 0; i < 10; i++) guests.Add(await product.NewPersonAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i => (int)(await guests[i % 10].Api.PostAsync("/api/v1/bookings", Road.Stay(home, checkIn), Guid.NewGuid().ToString())).StatusCode));
        answers.Count(a => a == 201).ShouldBe(1);
        answers.Count(a => a == 409).ShouldBe(49);
        (await guests[0].BookedAsync(home, checkIn.AddDays(3))).Status.ShouldBe(BookingStatus.PendingPayment, "the check-out day is free");
    }

    [Fact]
    public async Task The_same_booking_sent_ten_times_is_one()
    {
        var (home, guest) = (await product.NewHomeAsync((await product.NewPersonAsync(host: true)).Id), await product.NewPersonAsync());
        var (stay, key) = (Road.Stay(home, await product.InAsync(70)), Guid.NewGuid().ToString());
        var first = await guest.Api.PostAsync("/api/v1/bookings", stay, key).ReadAsync<BookingView>(201);
        for (var i = 0; i < 9; i++) (await guest.Api.PostAsync("/api/v1/bookings", stay, key).ReadAsync<BookingView>(201)).Id.ShouldBe(first.Id);
        (await guest.Api.GetAsync("/api/v1/bookings?role=guest").ReadAsync<Page<BookingView>>()).Data.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Time_ends_holds_opens_stays_and_pays_hosts()
    {
        var (host, guest) = (await product.NewPersonAsync(host: true), await product.NewPersonAsync());
        var home = await product.NewHomeAsync(host.Id);
        var checkIn = await product.InAsync(10);
        var stay = await guest.BookedAsync(home, checkIn, 2);
        await guest.PaidAsync(stay);
        var hold = await guest.BookedAsync(home, checkIn.AddDays(2), 2);
        await product.MoveToAsync(await product.NowAsync() + TimeSpan.FromMinutes(16));
        await guest.ComesToAsync(hold, BookingStatus.Expired);
        await product.MoveToAsync(stay.Quote.CheckInAt.AddMinutes(1));
        await guest.ComesToAsync(stay, BookingStatus.CheckedIn);
        await product.MoveToAsync(stay.Quote.CheckOutAt.AddHours(2).AddMinutes(1));
        await guest.ComesToAsync(stay, BookingStatus.Completed);
        await product.LetterAsync(guest.Email, "stay_completed");
        await product.MoveToAsync(stay.Quote.CheckOutAt.AddHours(49));
        await Until.HoldsAsync(async () => (await host.Api.GetAsync("/api/v1/payouts").ReadAsync()).GetProperty("data").EnumerateArray().Any(p => p.GetProperty("status").GetString() == "due"), "the payout is due");
    }

    [Fact]
    public async Task A_guest_pays_from_a_wallet_cancels_and_the_contract_gives_the_money_back()
    {
        var (host, guest) = (await product.NewPersonAsync(host: true), await product.NewPersonAsync());
        var (booking, payment) = await product.PaidFromWalletAsync(host, guest, await product.InAsync(60), wallet: 0);
        await product.LetterAsync(guest.Email, "booking_confirmed_guest");
        await product.LetterAsync(host.Email, "booking_confirmed_host");

        (await guest.Api.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { }).ReadAsync<BookingView>()).Refund.ShouldBe(booking.Total, "a flexible stay far away");
        var refunded = await Until.HoldsAsync(() => guest.ReadAsync(payment.Id), p => p.Status == PaymentStatus.Refunded && p.Escrow!.Transactions.Any(t => t is { Kind: "withdrawal", Status: "confirmed" }), "the money is in the wallet", 90);
        (refunded.Refunded, refunded.Escrow!.ToGuestMinor).ShouldBe((booking.Total, booking.Total.AmountMinor));
        await product.LetterAsync(guest.Email, "refund_issued");
        await product.BooksAgreeAsync();
    }

    [Fact]
    public async Task Time_releases_an_escrow_to_the_host_s_wallet()
    {
        var (host, guest) = (await product.NewPersonAsync(host: true), await product.NewPersonAsync());
        var (booking, payment) = await product.PaidFromWalletAsync(host, guest, await product.InAsync(10), wallet: 1);
        await product.MoveToAsync(booking.Quote.CheckOutAt.AddHours(3));
        await guest.ComesToAsync(booking, BookingStatus.Completed, 60);
        (await guest.ReadAsync(payment.Id)).Escrow!.State.ShouldBe(EscrowState.Funded, "it may still be disputed");
        await product.MoveToAsync(booking.Quote.CheckOutAt.AddHours(49));
        var settled = await Until.HoldsAsync(() => guest.ReadAsync(payment.Id), p => p.Escrow!.State == EscrowState.Settled, "the escrow is released", 90);
        (settled.Escrow!.End, settled.Refunded.AmountMinor).ShouldBe((EscrowEnd.Released, 0));
        await Until.HoldsAsync(async () => (await host.Api.GetAsync("/api/v1/payouts").ReadAsync()).GetProperty("data").EnumerateArray().Any(p => p.GetProperty("status").GetString() == "paid"), "the host is paid", 90);
        await product.BooksAgreeAsync();
    }

    [Fact]
    public async Task A_forgotten_password_is_set_anew_by_the_letter_and_old_sessions_end()
    {
        var person = await product.NewPersonAsync();
        await product.Api.PostAsync("/api/v1/auth/forgot-password", new { email = person.Email }).ShouldBeAsync(202);
        var letter = await product.LetterAsync(person.Email, "password_reset");
        var token = Uri.UnescapeDataString(letter.GetProperty("text").GetString()!.Split("token=")[1].Split((char[])[' ', '\n', '\r', '>'])[0]);
        await product.Api.PostAsync("/api/v1/auth/reset-password", new { token, password = "a new password" }).ShouldBeAsync(204);
        await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = person.Password }).ShouldRefuseAsync(401, "invalid_credentials");
        var session = await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = "a new password" }).ReadAsync<SessionView>();
        await person.Api.GetAsync("/api/v1/auth/me").ShouldBeAsync(401);
        var renewed = await product.Api.PostAsync("/api/v1/auth/refresh", new { refresh_token = session.RefreshToken }).ReadAsync<SessionView>();
        await product.SignedIn(renewed.AccessToken).GetAsync("/api/v1/users/profile").ShouldBeAsync(200);
        await product.SignedIn(renewed.AccessToken).PostAsync("/api/v1/auth/logout", new { refresh_token = renewed.RefreshToken }).ShouldBeAsync(204);
        await product.Api.PostAsync("/api/v1/auth/refresh", new { refresh_token = renewed.RefreshToken }).ShouldBeAsync(401);
    }

    [Fact]
    public async Task Every_module_answers_for_itself_and_the_documents_are_whole()
    {
        foreach (var module in Host.Modules.All())
        {
            using var client = product.ClientOf(module.Facts.Name);
            (await client.GetAsync("/health").ReadAsync()).GetProperty("service").GetString().ShouldBe(module.Facts.Service);
            (await client.GetAsync("/ready").ReadAsync()).GetProperty("status").GetString().ShouldBe("ready");
            (await client.GetStringAsync("/metrics")).ShouldContain("# TYPE ");
            await client.GetAsync("/version").ShouldBeAsync(200);
        }
        var paths = (await product.Api.GetAsync("/openapi/v1.json").ReadAsync()).GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        foreach (var served in Host.Modules.All().SelectMany(m => m.Facts.Serves).Where(s => s.StartsWith("/api/", StringComparison.Ordinal))) paths.ShouldContain(p => p.StartsWith(served, StringComparison.Ordinal), served);
    }

    [Fact]
    public async Task The_web_application_shows_homes_to_strangers()
    {
        var home = await product.NewHomeAsync((await product.NewPersonAsync(host: true)).Id);
        using var web = product.ClientOf("web");
        (await web.GetStringAsync("/")).ShouldContain("EstoSpaces");
        await Until.HoldsAsync(async () => (await web.GetStringAsync("/search?place=Lisbon")).Contains("lemon tree", StringComparison.Ordinal), "the search page shows homes");
        (await web.GetStringAsync($"/homes/{home}")).ShouldContain("lemon tree");
    }

    private static async Task<MediaView> UploadedAsync(Person host)
    {
        using var form = new MultipartFormDataContent();
        var photo = new ByteArrayContent(await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "photos")).Order().First()));
        photo.Headers.ContentType = new MediaTypeHeaderValue("image/webp");
        form.Add(photo, "file", "terrace.webp");
        var uploaded = await host.Api.PostAsync("/api/v1/media/upload", form).ReadAsync<MediaView>(201);
        return await Until.HoldsAsync(() => host.Api.GetAsync($"/api/v1/media/{uploaded.Id}").ReadAsync<MediaView>(), m => m.Status == MediaStatus.Ready, "the picture is ready", 60);
    }
}

public sealed class JourneysInOneProcess(WithOneProcess with) : Journeys(with.Product), IClassFixture<WithOneProcess>;

[Collection("many processes")]
public sealed class JourneysInManyProcesses(WithManyProcesses with) : Journeys(with.Product);
