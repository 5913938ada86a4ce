using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Testing;
using Shouldly;

namespace EstoSpaces.System.Tests;

/// <summary>Guests who book and pay side by side while things break, and who remember what was acknowledged. Afterwards everything must be as they were told.</summary>
internal sealed class BookingLoad
{
    private const int Homes = 6;
    private const int Guests = 5;
    private readonly RunningProduct product;
    private readonly List<PropertyId> homes = [];
    private readonly List<Person> guests = [];
    private readonly ConcurrentBag<Attempt> attempts = [];
    private readonly ConcurrentDictionary<string, int> answers = new();
    private readonly ConcurrentQueue<string> failures = new();
    private int steps;

    private sealed record Attempt(Person Guest, PropertyId Home, DateOnly CheckIn, DateOnly CheckOut)
    {
        public BookingId? Booked { get; set; }
        public bool PaidAcknowledged { get; set; }
    }

    private BookingLoad(RunningProduct product) => this.product = product;

    /// <summary>Answers that a guest got and that moved a booking forward.</summary>
    public int Steps => Volatile.Read(ref steps);

    public int Booked => attempts.Count(a => a.Booked is not null);
    public int Paid => attempts.Count(a => a.PaidAcknowledged);

    /// <summary>Requests that got no answer, or one that says the product is broken. A refusal (taken nights, say) is not one.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    public string Summary => $"{attempts.Count} attempts, {Booked} booked, {Paid} paid; refusals: {string.Join(", ", answers.OrderByDescending(a => a.Value).Select(a => $"{a.Key} {a.Value}"))}";

    public static async Task<BookingLoad> PrepareAsync(RunningProduct product)
    {
        var load = new BookingLoad(product);
        var host = await product.NewPersonAsync(host: true);
        for (var i = 0; i < Homes; i++) load.homes.Add(await product.NewHomeAsync(host.Id));
        for (var i = 0; i < Guests; i++) load.guests.Add(await product.NewPersonAsync());
        return load;
    }

    /// <summary>All guests book and pay until told to stop.</summary>
    public Task RunAsync(int seed, CancellationToken stop) => Task.WhenAll(guests.Select((guest, i) => Task.Run(() => BookAndPayAsync(guest, new Random(seed + i), stop), CancellationToken.None)));

    /// <summary>Books and pays while <paramref name="disturb"/> breaks something, and stops when it has returned and <paramref name="bookings"/> more bookings were acknowledged.</summary>
    public async Task DuringAsync(int seed, int bookings, Func<Task> disturb)
    {
        using var stop = new CancellationTokenSource();
        var goal = Booked + bookings;
        var running = RunAsync(seed, stop.Token);
        try
        {
            await disturb();
            await Until.HoldsAsync(() => Task.FromResult(Booked), b => b >= goal, "bookings go on", seconds: 120);
        }
        finally
        {
            await stop.CancelAsync();
            await running;
        }
    }

    /// <summary>No acknowledged booking lost, no night sold twice, nobody charged twice, the ledger balances.</summary>
    public async Task CheckAsync()
    {
        var bookings = new Dictionary<BookingId, BookingView>();
        foreach (var guest in guests)
            await foreach (var booking in AllAsync<BookingView>(guest, "/api/v1/bookings?role=guest&limit=100")) bookings[booking.Id] = booking;

        foreach (var attempt in attempts.Where(a => a.Booked is not null))
        {
            bookings.ShouldContainKey(attempt.Booked!.Value, "an acknowledged booking is gone");
            if (!attempt.PaidAcknowledged) continue;
            var settled = await Until.HoldsAsync(() => attempt.Guest.Api.GetAsync($"/api/v1/bookings/{attempt.Booked}").ReadAsync<BookingView>(), b => b.Status == BookingStatus.Confirmed, $"paid booking {attempt.Booked} is confirmed", seconds: 60);
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

        foreach (var guest in guests)
        {
            var payments = new List<PaymentView>();
            await foreach (var payment in AllAsync<PaymentView>(guest, "/api/v1/payments?limit=100")) payments.Add(payment);
            payments.Where(p => p.Status == PaymentStatus.Succeeded).GroupBy(p => p.BookingId).ShouldAllBe(g => g.Count() == 1);
        }
        await NobodyIsChargedTwiceAsync(bookings);
    }

    /// <summary>When the time to pay is over, every booking of these guests is confirmed or over: nothing hangs.</summary>
    public async Task EverythingEndsAsync()
    {
        await product.MoveToAsync(await product.NowAsync() + TimeSpan.FromMinutes(20));
        foreach (var guest in guests)
            await Until.HoldsAsync(async () =>
            {
                var open = 0;
                await foreach (var booking in AllAsync<BookingView>(guest, "/api/v1/bookings?role=guest&limit=100"))
                    if (booking.Status is BookingStatus.PendingPayment or BookingStatus.Requested) open++;
                return open;
            }, open => open == 0, $"no booking of {guest.Email} waits any more", seconds: 90);
    }

    private async Task BookAndPayAsync(Person guest, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var checkIn = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(random.Next(5, 400));
            var attempt = new Attempt(guest, homes[random.Next(homes.Count)], checkIn, checkIn.AddDays(random.Next(1, 5)));
            attempts.Add(attempt);
            try
            {
                var booked = await guest.Api.PostAsync("/api/v1/bookings", Road.Stay(attempt.Home, attempt.CheckIn, attempt.CheckOut.DayNumber - attempt.CheckIn.DayNumber), Guid.NewGuid().ToString());
                if (!await MovesAsync(booked)) continue;
                attempt.Booked = (await booked.Content.ReadFromJsonAsync<BookingView>(Wire.Json, CancellationToken.None))!.Id;
                var started = await guest.Api.PostAsync("/api/v1/payments", new { booking_id = attempt.Booked, method = "card" }, Guid.NewGuid().ToString());
                if (!await MovesAsync(started)) continue;
                var payment = (await started.Content.ReadFromJsonAsync<PaymentView>(Wire.Json, CancellationToken.None))!;
                var confirmed = await guest.Api.PostAsync($"/api/v1/payments/{payment.Id}/confirm", new { payment_method = "pm_card_visa" });
                attempt.PaidAcknowledged = await MovesAsync(confirmed) && (await confirmed.Content.ReadFromJsonAsync<PaymentView>(Wire.Json, CancellationToken.None))!.Status == PaymentStatus.Succeeded;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException or JsonException)
            {
                // Something was killed under this request: whether it happened is what the check finds out.
                answers.AddOrUpdate(e.GetType().Name, 1, (_, n) => n + 1);
                failures.Enqueue($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {e.Message}");
            }
        }
    }

    private async Task<bool> MovesAsync(HttpResponseMessage answer)
    {
        if (answer.IsSuccessStatusCode)
        {
            Interlocked.Increment(ref steps);
            return true;
        }
        var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
        if ((int)answer.StatusCode >= 500) failures.Enqueue($"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.AbsolutePath}: {(int)answer.StatusCode} {text}");
        answers.AddOrUpdate(text.Contains("\"code\":\"") ? text.Split("\"code\":\"")[1].Split('"')[0] : ((int)answer.StatusCode).ToString(), 1, (_, n) => n + 1);
        return false;
    }

    private static async IAsyncEnumerable<T> AllAsync<T>(Person person, string path)
    {
        for (string? cursor = null; ;)
        {
            var page = await person.Api.GetAsync(path + (cursor is null ? "" : "&cursor=" + cursor)).ReadAsync<Page<T>>();
            foreach (var item in page.Data) yield return item;
            if ((cursor = page.NextCursor) is null) break;
        }
    }

    /// <summary>Asks the card network itself: per booking at most one charge.</summary>
    private async Task NobodyIsChargedTwiceAsync(Dictionary<BookingId, BookingView> bookings)
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
        charged.Keys.Count(id => bookings.ContainsKey(new BookingId(Guid.Parse(id)))).ShouldBeGreaterThanOrEqualTo(Paid);
    }
}
