using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Road;
using EstoSpaces.Testing;

// Bookings per second (hold + pay, durable) as a ratio to pgbench running the same statements on the same schema in the same run, and requests per second of listing and search.
// dotnet run -c Release --project benchmarks/Road [seconds] [clients]
var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;
var clients = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 8;

await using var product = await TestProduct.StartAsync();
var host = await product.NewHostAsync("Bench Host");
var homes = await Homes400Async(product, host.Id);
var guests = new List<Person>();
for (var i = 0; i < clients; i++) guests.Add(await product.NewGuestAsync());

await BookingsAsync(2); // warm
var (booked, p50, p99) = await BookingsAsync(seconds);
Console.WriteLine($"bookings, hold + pay through HTTP, {clients} clients: {booked:F1}/s, p50 {p50:F0} ms, p99 {p99:F0} ms");

var raw = new Pgbench(product.Folder, seconds, clients);
var (held, paid) = (await raw.RunAsync("estospaces_bookings", "bookings.sql"), await raw.RunAsync("estospaces_payments", "payments.sql"));
var same = 1 / (1 / held + 1 / paid);
Console.WriteLine($"pgbench, the same statements, {clients} clients: bookings part {held:F1}/s, payments part {paid:F1}/s, both {same:F1}/s");
Console.WriteLine($"ratio bookings / pgbench: {booked / same:F3}");

foreach (var (what, path) in new[]
{
    ("listing", $"/api/v1/properties/{homes[0]}"),
    ("quote", $"/api/v1/properties/{homes[0]}/quote?check_in=2027-05-03&check_out=2027-05-08&adults=2"),
    ("search without dates", "/api/v1/search?place=Lisbon&limit=24"),
    ("search with dates", "/api/v1/search?place=Lisbon&check_in=2027-05-03&check_out=2027-05-08&adults=2&limit=24"),
    ("gateway's own health (baseline)", "/health"),
}) Console.WriteLine($"{what}: {await RequestsAsync(path):F0} requests/s through the gateway");
return 0;

async Task<(double PerSecond, double P50, double P99)> BookingsAsync(int forSeconds)
{
    var done = 0;
    var times = new List<double>();
    var began = Stopwatch.StartNew();
    await Task.WhenAll(guests.Select((guest, g) => Task.Run(async () =>
    {
        var random = new Random(g + forSeconds * 100);
        while (began.Elapsed.TotalSeconds < forSeconds)
        {
            var start = Stopwatch.GetTimestamp();
            var checkIn = DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(random.Next(3, 500));
            using var answer = await guest.Api.PostAsync("/api/v1/bookings", new { property_id = homes[random.Next(homes.Count)], check_in = checkIn, check_out = checkIn.AddDays(random.Next(1, 4)), guests = new { adults = 2 } });
            if ((int)answer.StatusCode == 409) continue; // those nights were sold before
            var booking = JsonSerializer.Deserialize<BookingView>(await answer.Content.ReadAsStringAsync(), Wire.Json)!;
            var payment = await guest.Api.PostAsync("/api/v1/payments", new { booking_id = booking.Id, method = "card" }).ReadAsync<PaymentView>(201);
            await guest.Api.PostAsync($"/api/v1/payments/{payment.Id}/confirm", new { payment_method = "pm_card_visa" }).ReadAsync<PaymentView>();
            Interlocked.Increment(ref done);
            lock (times) times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    })));
    var perSecond = done / began.Elapsed.TotalSeconds;
    times.Sort();
    return (perSecond, times.Count == 0 ? 0 : times[times.Count / 2], times.Count == 0 ? 0 : times[(int)(times.Count * 0.99)]);
}

async Task<double> RequestsAsync(string path)
{
    await product.Api.GetAsync(path).ReadAsync();
    var done = 0;
    var began = Stopwatch.StartNew();
    await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
    {
        while (began.Elapsed.TotalSeconds < Math.Max(3, seconds / 3))
        {
            using var answer = await product.Api.GetAsync(path);
            await answer.Content.CopyToAsync(Stream.Null);
            Interlocked.Increment(ref done);
        }
    })));
    return done / began.Elapsed.TotalSeconds;
}

static async Task<List<PropertyId>> Homes400Async(TestProduct product, UserId host)
{
    var listings = Enumerable.Range(0, 400).Select(i => new SampleListing
    {
        Id = PropertyId.New(), HostId = host, Title = $"Garden flat {i}", Description = "Two quiet rooms and a garden, ten minutes from the river.", Type = PropertyType.Apartment, Bedrooms = 2, Beds = 3, Bathrooms = 1,
        Place = new PlaceView("Rua do Salitre 12", "1250-198", "Lisbon", "Lisboa", "PT", 38.7223 + i * 0.0001, -9.1393, false), TimeZone = "Europe/Lisbon", Rules = new StayRules { MaxGuests = 4 },
        Price = new PriceRules { Currency = "EUR", BaseNightMinor = 100_00, CleaningFeeMinor = 40_00, IncludedGuests = 4 }, Amenities = ["wifi"], Images = Array.Empty<MediaId>(), PublishedAt = product.Now,
    }).ToList();
    using var inside = product.ServiceClientOf("properties");
    await inside.PostAsync("/internal/seed", new SampleBatch { Listings = listings }).ReadAsync<SampleOutcome>();
    return listings.ConvertAll(l => l.Id);
}
