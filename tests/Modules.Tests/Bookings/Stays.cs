using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Testing;
using Npgsql;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>What the tests of bookings do over and over, through HTTP; payments are told to bookings as the bus would.</summary>
internal static class Stays
{
    public static object Body(Home home, DateOnly checkIn, int nights = 3, int adults = 2, string? quoteHash = null, string? message = null) => new
    {
        property_id = home.Id, check_in = checkIn, check_out = checkIn.AddDays(nights), guests = new { adults, children = 0, infants = 0, pets = 0 }, quote_hash = quoteHash, message,
    };

    public static Task<HttpResponseMessage> BookAsync(this Person guest, Home home, DateOnly checkIn, int nights = 3, string? key = null) => guest.Api.PostAsync("/api/v1/bookings", Body(home, checkIn, nights), key);

    public static Task<BookingView> BookedAsync(this Person guest, Home home, DateOnly checkIn, int nights = 3) => guest.BookAsync(home, checkIn, nights).ReadAsync<BookingView>(201);

    public static Task<BookingView> SeenAsync(this Person person, BookingId id) => person.Api.GetAsync($"/api/v1/bookings/{id}").ReadAsync<BookingView>();

    public static Task<AvailabilityView> CalendarAsync(this HttpClient api, Home home, DateOnly from, int days = 60) => api.GetAsync($"{home.Calendar}?from={from:yyyy-MM-dd}&to={from.AddDays(days):yyyy-MM-dd}").ReadAsync<AvailabilityView>();

    /// <summary>The news that a booking was paid, as it comes from the bus.</summary>
    public static PaymentSucceeded PaymentFor(this TestProduct product, BookingView booking, PaymentId? payment = null, long? amountMinor = null) =>
        new(payment ?? PaymentId.New(), booking.Id, booking.GuestId, PaymentMethod.Card, new Money(amountMinor ?? booking.Total.AmountMinor, booking.Total.Currency), product.Now);

    public static Task TellBookingsAsync(this TestProduct product, IEvent fact, Guid? eventId = null) => product.Inside<InboxConsumer>("bookings").HandleAsync(new EventEnvelope
    {
        Id = eventId ?? Guid.CreateVersion7(), Source = "/estospaces/test", Type = EventTypes.Of(fact.GetType()), Subject = fact.Subject, Time = product.Now, Sequence = 1,
        Data = JsonSerializer.SerializeToElement(fact, fact.GetType(), Wire.Json),
    }, CancellationToken.None);

    public static async Task<PaymentId> PaidAsync(this TestProduct product, BookingView booking)
    {
        var paid = product.PaymentFor(booking);
        await product.TellBookingsAsync(paid);
        return paid.PaymentId;
    }

    /// <summary>Facts that bookings wrote about a subject, in their order.</summary>
    public static async Task<List<T>> ToldAsync<T>(this TestProduct product, object subject) where T : IEvent
    {
        await using var read = product.Inside<NpgsqlDataSource>("bookings").CreateCommand("select data::text from outbox where kind = 'event' and type = $1 and subject = $2 order by position");
        read.Parameters.Add(new() { Value = EventTypes.Of<T>() });
        read.Parameters.Add(new() { Value = subject.ToString()! });
        await using var reader = await read.ExecuteReaderAsync();
        var facts = new List<T>();
        while (await reader.ReadAsync()) facts.Add(JsonSerializer.Deserialize<T>(reader.GetString(0), Wire.Json)!);
        return facts;
    }

    public static async Task<long> CountAsync(this TestProduct product, string sql, params object[] arguments)
    {
        await using var read = product.Inside<NpgsqlDataSource>("bookings").CreateCommand(sql);
        foreach (var argument in arguments) read.Parameters.Add(new() { Value = argument });
        return (long)(await read.ExecuteScalarAsync())!;
    }

    public static DateOnly In(this TestProduct product, int days) => DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(days);

    public static StayRules OnRequest(CancellationPolicy policy = CancellationPolicy.Flexible) => new() { MaxGuests = 4, InstantBook = false, CancellationPolicy = policy };
}
