using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace EstoSpaces.System.Tests;

/// <summary>
/// kill -9 of the whole product in the middle of bookings and payments, again and again at random moments. FAULT_ROUNDS sets how often (5 unless told), FAULT_SEED replays a run.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Homes = 6;
    private const int Guests = 8;

    private readonly ConcurrentDictionary<string, int> answers = new();
    private int steps;

    private sealed record Attempt(string Guest, PropertyId Home, DateOnly CheckIn, DateOnly CheckOut)
    {
        public BookingId? Booked { get; set; }
        public bool PaidAcknowledged { get; set; }
    }

    [Fact]
    public async Task Nothing_acknowledged_is_lost_no_night_sold_twice_and_nobody_charged_twice()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("FAULT_ROUNDS") ?? "5");
        var seed = int.Parse(Environment.GetEnvironmentVariable("FAULT_SEED") ?? Random.Shared.Next().ToString());
        output.WriteLine($"FAULT_ROUNDS={rounds} FAULT_SEED={seed}");
        var random = new Random(seed);
        await using var product = await RunningProduct.StartAsync();

        var host = await RegisterAsync(product, "host@example.com");
        var homes = new List<PropertyId>();
        for (var i = 0; i < Homes; i++) homes.Add(await product.NewHomeAsync(host.User.Id));
        var guests = new List<(string Name, HttpClient Api)>();
        for (var i = 0; i < Guests; i++) guests.Add(($"guest{i}", product.SignedIn((await RegisterAsync(product, $"guest{i}@example.com")).AccessToken)));

        var attempts = new ConcurrentBag<Attempt>();
        for (var round = 0; round < rounds; round++)
        {
            using var stop = new CancellationTokenSource();
            var workers = guests.Select((g, i) => Task.Run(() => BookAndPayAsync(g.Name, g.Api, homes, attempts, new Random(seed + round * 1000 + i), stop.Token))).ToArray();
            // A random step of a random booking: counted in steps, so that a slow machine is hit in the middle too.
            var goal = Volatile.Read(ref steps) + random.Next(1, 60);
            await Until.HoldsAsync(() => Task.FromResult(Volatile.Read(ref steps) >= goal), "bookings and payments go on", seconds: 60);
            using (var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(1, 60)))) await moment.WaitForNextTickAsync();
            await product.KillAsync();
            await stop.CancelAsync();
            await Task.WhenAll(workers);
            await product.UpAsync();
        }
        output.WriteLine($"{attempts.Count} attempts, {attempts.Count(a => a.Booked is not null)} booked, {attempts.Count(a => a.PaidAcknowledged)} paid; refusals: {string.Join(", ", answers.Select(a => $"{a.Key} {a.Value}"))}");
        attempts.Count(a => a.PaidAcknowledged).ShouldBeGreaterThan(0, product.Output);

        await CheckAsync(product, guests, attempts);
    }

    private async Task BookAndPayAsync(string name, HttpClient api, List<PropertyId> homes, ConcurrentBag<Attempt> attempts, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var checkIn = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(random.Next(5, 400));
            var attempt = new Attempt(name, homes[random.Next(homes.Count)], checkIn, checkIn.AddDays(random.Next(1, 5)));
            attempts.Add(attempt);
            try
            {
                var booked = await api.PostAsync("/api/v1/bookings", new { property_id = attempt.Home, check_in = attempt.CheckIn, check_out = attempt.CheckOut, guests = new { adults = 2 } }, Guid.NewGuid().ToString());
                if (!booked.IsSuccessStatusCode)
                {
                    answers.AddOrUpdate(await booked.Content.ReadAsStringAsync(CancellationToken.None) is var text && text.Contains("\"code\":\"") ? text.Split("\"code\":\"")[1].Split('"')[0] : ((int)booked.StatusCode).ToString(), 1, (_, n) => n + 1);
                    continue;
                }
                Interlocked.Increment(ref steps);
                attempt.Booked = (await booked.Content.ReadFromJsonAsync<BookingView>(Wire.Json, CancellationToken.None))!.Id;
                var started = await api.PostAsync("/api/v1/payments", new { booking_id = attempt.Booked, method = "card" }, Guid.NewGuid().ToString());
                if (!started.IsSuccessStatusCode) continue;
                Interlocked.Increment(ref steps);
                var payment = (await started.Content.ReadFromJsonAsync<PaymentView>(Wire.Json, CancellationToken.None))!;
                var confirmed = await api.PostAsync($"/api/v1/payments/{payment.Id}/confirm", new { payment_method = "pm_card_visa" });
                Interlocked.Increment(ref steps);
                attempt.PaidAcknowledged = confirmed.IsSuccessStatusCode && (await confirmed.Content.ReadFromJsonAsync<PaymentView>(Wire.Json, CancellationToken.None))!.Status == PaymentStatus.Succeeded;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException or JsonException)
            {
                // The product was killed under this request: whether it happened is what the check finds out.
            }
        }
    }

    private static async Task CheckAsync(RunningProduct product, List<(string Name, HttpClient Api)> guests, ConcurrentBag<Attempt> attempts)
    {
        var bookings = new Dictionary<BookingId, BookingView>();
        foreach (var (_, api) in guests)
            for (string? cursor = null; ;)
            {
                var page = await api.GetAsync($"/api/v1/bookings?role=guest&limit=100{(cursor is null ? "" : "&cursor=" + cursor)}").ReadAsync<Page<BookingView>>();
                foreach (var booking in page.Data) bookings[booking.Id] = booking;
                if ((cursor = page.NextCursor) is null) break;
            }

        foreach (var attempt in attempts.Where(a => a.Booked is not null))
        {
            bookings.ShouldContainKey(attempt.Booked!.Value, "an acknowledged booking is gone");
            if (!attempt.PaidAcknowledged) continue;
            var api = guests.Single(g => g.Name == attempt.Guest).Api;
            var settled = await Until.HoldsAsync(() => api.GetAsync($"/api/v1/bookings/{attempt.Booked}").ReadAsync<BookingView>(), b => b.Status == BookingStatus.Confirmed, $"paid booking {attempt.Booked} is confirmed", seconds: 60);
            bookings[settled.Id] = settled;
        }

        // Payments whose answer was lost in the crash are found again by webhook or reconciliation: wait until no money moves any more.
        using var ledgerDoor = product.ServiceClientOf("payments");
        await Until.HoldsAsync(() => ledgerDoor.GetAsync("/internal/ledger/check").ReadAsync(), l => l.GetProperty("balanced").GetBoolean(), "the ledger balances", seconds: 60);

        foreach (var nights in bookings.Values.Where(b => b.Status is BookingStatus.Confirmed or BookingStatus.PendingPayment).GroupBy(b => b.PropertyId))
        {
            var stays = nights.OrderBy(b => b.CheckIn).ToList();
            for (var i = 1; i < stays.Count; i++) stays[i].CheckIn.ShouldBeGreaterThanOrEqualTo(stays[i - 1].CheckOut, $"{stays[i - 1].Id} and {stays[i].Id} share a night");
        }

        foreach (var (_, api) in guests)
        {
            var payments = new List<PaymentView>();
            for (string? cursor = null; ;)
            {
                var page = await api.GetAsync($"/api/v1/payments?limit=100{(cursor is null ? "" : "&cursor=" + cursor)}").ReadAsync<Page<PaymentView>>();
                payments.AddRange(page.Data);
                if ((cursor = page.NextCursor) is null) break;
            }
            payments.Where(p => p.Status == PaymentStatus.Succeeded).GroupBy(p => p.BookingId).ShouldAllBe(g => g.Count() == 1);
        }
        await NobodyIsChargedTwiceAsync(product, bookings);
    }

    /// <summary>Asks the card network itself: per booking at most one charge that is not refunded.</summary>
    private static async Task NobodyIsChargedTwiceAsync(RunningProduct product, Dictionary<BookingId, BookingView> bookings)
    {
        using var stripe = new HttpClient { BaseAddress = new Uri(product.AddressOf("sandbox"), "/stripe/") };
        stripe.DefaultRequestHeaders.Authorization = new("Bearer", "sk_test_estospaces_sandbox");
        var charged = new Dictionary<string, int>();
        for (string? after = null; ;)
        {
            var page = await stripe.GetFromJsonAsync<JsonElement>($"v1/payment_intents?limit=100{(after is null ? "" : "&starting_after=" + after)}");
            foreach (var intent in page.GetProperty("data").EnumerateArray())
            {
                after = intent.GetProperty("id").GetString();
                if (intent.GetProperty("status").GetString() != "succeeded") continue;
                var booking = intent.GetProperty("metadata").GetProperty("booking_id").GetString()!;
                charged[booking] = charged.GetValueOrDefault(booking) + 1;
            }
            if (!page.GetProperty("has_more").GetBoolean()) break;
        }
        charged.Values.ShouldAllBe(n => n == 1);
        charged.Keys.ShouldAllBe(id => bookings.ContainsKey(new BookingId(Guid.Parse(id))));
    }

    private static Task<SessionView> RegisterAsync(RunningProduct product, string email) =>
        product.Api.PostAsync("/api/v1/auth/register", new { email, password = "correct horse battery" }).ReadAsync<SessionView>(201);
}
