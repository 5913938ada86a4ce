using System.Collections.Concurrent;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EstoSpaces.Simulation.Tests;

/// <summary>The whole product with a few guests and homes. Calls are repeated with their key while the product can't answer, as a good client does.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly ConcurrentDictionary<BookingId, (Person Guest, Home Home)> made = new();
    private readonly DateOnly firstDay;

    private World(TestProduct product, List<Person> guests, List<Home> homes) => (Product, Guests, Homes, firstDay) = (product, guests, homes, DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(3));

    public TestProduct Product { get; }
    public List<Person> Guests { get; }
    public List<Home> Homes { get; }

    /// <summary>How many bookings were made.</summary>
    public int Made => made.Count;

    public static async Task<World> StartAsync()
    {
        var product = await TestProduct.StartAsync();
        var host = await product.NewHostAsync("Rosa Almeida");
        var homes = new List<Home>();
        // The last home's host answers requests; the others are booked at once.
        for (var i = 0; i < Plan.Homes; i++) homes.Add(await product.NewHomeAsync(host, new StayRules { MaxGuests = 4, InstantBook = i < Plan.Homes - 1, CancellationPolicy = (CancellationPolicy)i }));
        var guests = new List<Person>();
        for (var i = 0; i < Plan.Guests; i++) guests.Add(await product.NewGuestAsync());
        return new World(product, guests, homes);
    }

    public ValueTask DisposeAsync() => Product.DisposeAsync();

    public async Task DoAsync(Move move)
    {
        if (move.Deed == Deed.Book)
        {
            await BookAsync(move);
            return;
        }
        if (made.IsEmpty) return;
        var (id, (guest, home)) = made.OrderBy(b => b.Key.Value).ElementAt(move.Booking % made.Count);
        await (move.Deed switch
        {
            Deed.StartPaying => StartAsync(guest, id, move.Key),
            Deed.Pay => PayAsync(guest, id, move.Key, "pm_card_visa"),
            Deed.PayByBadCard => PayAsync(guest, id, move.Key, "pm_card_chargeDeclined"),
            Deed.CancelAsGuest => SendAsync(guest, $"/api/v1/bookings/{id}/cancel", new { }, move.Key),
            Deed.CancelAsHost => SendAsync(home.Host, $"/api/v1/bookings/{id}/cancel", new { }, move.Key),
            Deed.Accept => SendAsync(home.Host, $"/api/v1/bookings/{id}/accept", new { }, move.Key),
            Deed.Decline => SendAsync(home.Host, $"/api/v1/bookings/{id}/decline", new { }, move.Key),
            _ => throw new InvalidOperationException($"nobody does {move.Deed}"),
        });
    }

    /// <summary>News that bookings and payments told before come again, in any order: consumers must not care.</summary>
    public async Task TellAgainAsync(int count, Random random)
    {
        var news = new List<EventEnvelope>();
        foreach (var module in (string[])["bookings", "payments"])
            news.AddRange(await AgainAsync(() => Product.Inside<NpgsqlDataSource>(module).QueryAsync("select id, type, subject, coalesce(sequence, 0), data::text, occurred_at from outbox where kind = 'event' and published_at is not null", [],
                row => new EventEnvelope
                {
                    Id = row.GetGuid(0), Source = "/estospaces/" + module, Type = row.GetString(1), Subject = row.GetString(2), Sequence = row.GetInt64(3),
                    Data = JsonDocument.Parse(row.GetString(4)).RootElement, Time = row.GetFieldValue<DateTimeOffset>(5),
                }, CancellationToken.None)));
        for (var i = 0; i < count && news.Count > 0; i++)
        {
            var old = news[random.Next(news.Count)];
            await AgainAsync(async () =>
            {
                await Product.Bus.PublishAsync(old, CancellationToken.None);
                return true;
            });
        }
    }

    /// <summary>Pools still hand out connections that a storm has cut: asked again, as the relay does.</summary>
    private static async Task<T> AgainAsync<T>(Func<Task<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try { return await ask(); }
            catch (Exception e) when (attempt < 30 && e is NpgsqlException or DbUpdateException or InvalidOperationException) { await Task.Yield(); }
        }
    }

    /// <summary>Moves the product's clock.</summary>
    public void Move(TimeSpan later) => Product.Clock.SetOffset(Product.Clock.Offset + later);

    private async Task BookAsync(Move move)
    {
        var (guest, home, from) = (Guests[move.Guest], Homes[move.Home], firstDay.AddDays(move.Day));
        var answer = await SendAsync(guest, "/api/v1/bookings", new { property_id = home.Id, check_in = from, check_out = from.AddDays(move.Nights), guests = new { adults = 2 } }, move.Key);
        if (answer.Status == 201) made[answer.Body.Deserialize<BookingView>(Wire.Json)!.Id] = (guest, home);
    }

    private async Task<PaymentId?> StartAsync(Person guest, BookingId booking, string key)
    {
        var answer = await SendAsync(guest, "/api/v1/payments", new { booking_id = booking, method = "card" }, key);
        return answer.Status is 200 or 201 ? answer.Body.Deserialize<PaymentView>(Wire.Json)!.Id : null;
    }

    private async Task PayAsync(Person guest, BookingId booking, string key, string card)
    {
        if (await StartAsync(guest, booking, key + "-start") is { } payment) await SendAsync(guest, $"/api/v1/payments/{payment}/confirm", new { payment_method = card }, key + "-confirm");
    }

    private static Task<(int Status, JsonElement Body)> SendAsync(Person person, string path, object body, string key) => Until.HoldsAsync(async () =>
    {
        using var answer = await person.Api.PostAsync(path, body, key);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
    }, answer => answer.Item1 < 500, $"{path} is answered", 60);
}
