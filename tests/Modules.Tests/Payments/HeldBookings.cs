using System.Globalization;
using System.Text.Json;
using EstoSpaces.Bookings;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Modules.Tests.Pricing;
using EstoSpaces.Testing;
using Shouldly;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>A guest, the host of a home, and the guest's booking of it, whose nights are held until it is paid.</summary>
internal sealed record HeldBooking(Person Guest, Person Host, Booking Booking)
{
    public BookingId Id => Booking.Id;
    public Quote Quote => Booking.Quote;
}

/// <summary>Makes bookings to pay, and pays them in the ways that there are.</summary>
internal static class HeldBookings
{
    public const string GoodCard = "pm_card_visa";

    /// <summary>The stay of the worked example, at the first Friday that is far enough away.</summary>
    public static async Task<HeldBooking> WithHeldBookingAsync(this TestProduct product, CancellationPolicy policy = CancellationPolicy.Firm)
    {
        var (guest, host) = (await product.NewGuestAsync(), await product.NewHostAsync());
        return await product.HoldAsync(guest, host, policy);
    }

    public static async Task<HeldBooking> HoldAsync(this TestProduct product, Person guest, Person host, CancellationPolicy policy = CancellationPolicy.Firm, PropertyId? home = null)
    {
        var today = DateOnly.FromDateTime(product.Now.UtcDateTime);
        var friday = today.AddDays(60);
        while (friday.DayOfWeek != DayOfWeek.Friday) friday = friday.AddDays(1);
        var listing = WorkedExample.Listing(policy) with { Id = home ?? PropertyId.New(), HostId = host.Id };
        var quote = QuoteCalculator.Quote(listing, WorkedExample.Fees, new DateRange(friday, friday.AddDays(7)), WorkedExample.Guests, today);
        var place = new PlaceView("Rua das Flores 1", "1200-001", "Lisboa", null, "PT", 38.71, -9.14, Approximate: false);
        var frozen = new FrozenQuote(quote, new BookableListing(listing.Id, host.Id, ListingStatus.Published, "Flat by the river", "Lisboa", "PT", "Europe/Lisbon", listing.Rules, place, null));
        var terms = new BookingTerms(TimeSpan.FromMinutes(15), TimeSpan.FromHours(2), TimeSpan.FromHours(48));
        var (booking, step) = EstoSpaces.Bookings.Booking.Place(new BookingOrder(guest.Id, null, null), frozen, terms, product.Now).Value;
        (await product.Inside<NewBookings>("bookings").SaveAsync(booking, step, CancellationToken.None)).DatesTaken.ShouldBeFalse();
        return new HeldBooking(guest, host, booking);
    }

    public static async Task<(HeldBooking Booking, PaymentView Payment)> WithPaidBookingAsync(this TestProduct product, CancellationPolicy policy = CancellationPolicy.Firm)
    {
        var held = await product.WithHeldBookingAsync(policy);
        var payment = await held.StartAsync();
        await held.ConfirmAsync(payment.Id, GoodCard).ReadAsync<PaymentView>();
        await product.BecomesAsync(held, BookingStatus.Confirmed);
        return (held, payment);
    }

    public static Task<PaymentView> StartAsync(this HeldBooking held) => held.Guest.Api.PostAsync("/api/v1/payments", new { booking_id = held.Id, method = "card" }).ReadAsync<PaymentView>(201);

    public static Task<HttpResponseMessage> ConfirmAsync(this HeldBooking held, PaymentId payment, string? card = null) =>
        held.Guest.Api.PostAsync($"/api/v1/payments/{payment}/confirm", new { payment_method = card });

    public static Task<PaymentView> ReadAsync(this HeldBooking held, PaymentId payment) => held.Guest.Api.GetAsync($"/api/v1/payments/{payment}").ReadAsync<PaymentView>();

    public static Task<PaymentView> BecomesAsync(this HeldBooking held, PaymentId payment, PaymentStatus status) =>
        Until.HoldsAsync(() => held.ReadAsync(payment), p => p.Status == status, $"payment becomes {status}");

    public static Task<BookingStatus> BecomesAsync(this TestProduct product, HeldBooking held, BookingStatus status) => Until.HoldsAsync(
        async () => (await held.Guest.Api.GetAsync($"/api/v1/bookings/{held.Id}").ReadAsync<BookingView>()).Status, s => s == status, $"booking becomes {status}");

    /// <summary>Confirms as the form in the page does: straight to the provider, with the publishable key and the intent's secret.</summary>
    public static async Task<JsonElement> ConfirmInThePageAsync(this TestProduct product, PaymentView payment, string card, int status = 200)
    {
        using var stripe = product.ClientOf("sandbox");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["key"] = payment.PublishableKey!, ["client_secret"] = payment.ClientSecret!, ["payment_method"] = card, ["return_url"] = "http://localhost/back",
        });
        return await stripe.PostAsync($"/stripe/v1/payment_intents/{payment.ClientSecret!.Split("_secret_")[0]}/confirm", form).ReadAsync(status);
    }

    /// <summary>A call of the provider's API with the secret key, as one sees the account in its dashboard.</summary>
    public static async Task<JsonElement> AskStripeAsync(this TestProduct product, string path)
    {
        using var stripe = product.ClientOf("sandbox");
        stripe.DefaultRequestHeaders.Authorization = new("Bearer", "sk_test_estospaces_sandbox");
        return await stripe.GetAsync(path).ReadAsync();
    }

    public static async Task<List<JsonElement>> ChargesAsync(this TestProduct product, PaymentView payment)
    {
        var id = payment.ClientSecret!.Split("_secret_")[0];
        return [.. (await product.AskStripeAsync($"/stripe/v1/charges?payment_intent={id}")).GetProperty("data").EnumerateArray().Where(c => c.GetProperty("status").GetString() == "succeeded")];
    }

    public static async Task<Person> NewAdminAsync(this TestProduct product)
    {
        var person = await product.NewGuestAsync();
        using var service = product.ServiceClientOf("auth");
        await service.PostAsync("/internal/admins", new { email = person.Email }).ShouldBeAsync(200);
        var session = await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = person.Password }).ReadAsync<Contracts.Auth.SessionView>();
        return person with { Api = product.SignedIn(session.AccessToken), Session = session };
    }

    /// <summary>The ledger and everything it tells of agree.</summary>
    public static async Task LedgerAgreesAsync(this TestProduct product)
    {
        using var service = product.ServiceClientOf("payments");
        var check = await service.GetAsync("/internal/ledger/check").ReadAsync();
        check.GetProperty("balanced").GetBoolean().ShouldBeTrue(check.ToString());
    }

    public static string Minor(long amount) => amount.ToString(CultureInfo.InvariantCulture);
}
