using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Testing;
using Shouldly;

namespace EstoSpaces.System.Tests;

/// <summary>The steps of the road, as people take them.</summary>
internal static class Road
{
    public static object Stay(PropertyId home, DateOnly checkIn, int nights = 3) => new { property_id = home, check_in = checkIn, check_out = checkIn.AddDays(nights), guests = new { adults = 2 } };

    public static Task<BookingView> BookedAsync(this Person guest, PropertyId home, DateOnly checkIn, int nights = 3) =>
        guest.Api.PostAsync("/api/v1/bookings", Stay(home, checkIn, nights), Guid.NewGuid().ToString()).ReadAsync<BookingView>(201);

    public static Task<BookingView> SeenAsync(this Person person, BookingView booking) => person.Api.GetAsync($"/api/v1/bookings/{booking.Id}").ReadAsync<BookingView>();

    public static Task<BookingView> ComesToAsync(this Person person, BookingView booking, BookingStatus status, int seconds = 30) =>
        Until.HoldsAsync(() => person.SeenAsync(booking), b => b.Status == status, $"booking {booking.Reference} becomes {status}", seconds);

    public static Task<PaymentView> PaymentOfAsync(this Person guest, BookingView booking) => guest.Api.PostAsync("/api/v1/payments", new { booking_id = booking.Id, method = "card" }, Guid.NewGuid().ToString()).ReadAsync<PaymentView>(201);

    public static Task<HttpResponseMessage> ConfirmAsync(this Person guest, PaymentView payment, string card) => guest.Api.PostAsync($"/api/v1/payments/{payment.Id}/confirm", new { payment_method = card });

    public static async Task<PaymentView> PaidAsync(this Person guest, BookingView booking)
    {
        var payment = await guest.ConfirmAsync(await guest.PaymentOfAsync(booking), "pm_card_visa").ReadAsync<PaymentView>();
        await guest.ComesToAsync(booking, BookingStatus.Confirmed);
        return payment;
    }

    public static Task<PaymentView> ReadAsync(this Person person, PaymentId payment) => person.Api.GetAsync($"/api/v1/payments/{payment}").ReadAsync<PaymentView>();

    /// <summary>A booking with a host who is paid to a wallet, paid by the guest's demo wallet and confirmed. Blocks come every second here, and three deep is confirmed.</summary>
    public static async Task<(BookingView Booking, PaymentView Payment)> PaidFromWalletAsync(this RunningProduct product, Person host, Person guest, DateOnly checkIn, int wallet)
    {
        var address = (await product.WalletsAsync())[wallet];
        await product.TakesEtherAsync(host);
        await product.LinkDemoWalletAsync(guest, address);
        var booking = await guest.BookedAsync(await product.NewHomeAsync(host.Id), checkIn);
        await Until.HoldsAsync(() => guest.Api.GetAsync($"/api/v1/payments/ways?booking_id={booking.Id}").ReadAsync<PaymentWays>(), ways => ways.Eth, "a wallet may pay", 60);
        var payment = await guest.Api.PostAsync("/api/v1/payments", new { booking_id = booking.Id, method = "eth", wallet = address }).ReadAsync<PaymentView>(201);
        payment.Escrow!.State.ShouldBe(EscrowState.Awaited);
        var hash = await product.PayAsync(payment.Escrow);
        var confirmed = await guest.ComesToAsync(booking, BookingStatus.Confirmed, 90);
        var paid = await guest.ReadAsync(payment.Id);
        (paid.Status, paid.Escrow!.State, paid.Escrow.DepositHash).ShouldBe((PaymentStatus.Succeeded, EscrowState.Funded, hash));
        return (confirmed, paid);
    }

    /// <summary>The ledger balances, and each escrow of the contract holds what it says.</summary>
    public static async Task BooksAgreeAsync(this RunningProduct product)
    {
        using var payments = product.ServiceClientOf("payments");
        await Until.HoldsAsync(() => payments.GetAsync("/internal/ledger/escrows").ReadAsync(), look => look.GetProperty("differences").GetArrayLength() == 0, "ledger and contract agree", 90);
        (await payments.GetAsync("/internal/ledger/check").ReadAsync()).GetProperty("balanced").GetBoolean().ShouldBeTrue();
    }

    /// <summary>A day by the product's own clock, which tests move.</summary>
    public static async Task<DateOnly> InAsync(this RunningProduct product, int days) => DateOnly.FromDateTime((await product.NowAsync()).UtcDateTime).AddDays(days);

    public static async Task<DateTimeOffset> NowAsync(this RunningProduct product)
    {
        using var sandbox = product.ClientOf("sandbox");
        return (await sandbox.GetAsync("/sandbox/clock.json").ReadAsync()).GetProperty("now").GetDateTimeOffset();
    }

    public static async Task MoveToAsync(this RunningProduct product, DateTimeOffset time)
    {
        using var sandbox = product.ClientOf("sandbox");
        await sandbox.PostAsync("/sandbox/clock", new { set = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", global::System.Globalization.CultureInfo.InvariantCulture) }).ShouldBeAsync(200);
    }

    /// <summary>Waits for a letter of this template in somebody's mailbox.</summary>
    public static async Task<JsonElement> LetterAsync(this RunningProduct product, string to, string template)
    {
        using var sandbox = product.ClientOf("sandbox");
        var mails = await Until.HoldsAsync(async () => (await sandbox.GetAsync($"/sandbox/mailbox.json?to={Uri.EscapeDataString(to)}&limit=100").ReadAsync()).GetProperty("data").EnumerateArray().ToList(),
            all => all.Any(m => Is(m, template)), $"{template} arrives at {to}");
        return mails.First(m => Is(m, template));
    }

    public static async Task<bool> FindsAsync(this RunningProduct product, PropertyId home, DateOnly checkIn, int nights = 3)
    {
        for (string? cursor = null; ;)
        {
            var page = await product.Api.GetAsync($"/api/v1/search?place=Lisbon&adults=2&limit=100&check_in={checkIn:yyyy-MM-dd}&check_out={checkIn.AddDays(nights):yyyy-MM-dd}{(cursor is null ? "" : "&cursor=" + cursor)}").ReadAsync();
            if (page.GetProperty("data").EnumerateArray().Any(h => h.GetProperty("id").GetString() == home.ToString())) return true;
            cursor = page.TryGetProperty("next_cursor", out var next) ? next.GetString() : null;
            if (cursor is null) return false;
        }
    }

    private static bool Is(JsonElement mail, string template) => mail.GetProperty("categories").EnumerateArray().Any(c => c.GetString() == template);
}
