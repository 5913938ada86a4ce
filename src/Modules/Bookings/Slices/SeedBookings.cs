using System.Text.Json;
using EstoSpaces.Bookings.Timers;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using NpgsqlTypes;

namespace EstoSpaces.Bookings.Slices;

/// <summary>
/// Takes bookings and blocks of the sample data: paid bookings of past and future with their calendar and history, and nights that hosts blocked. Set by set, safe to repeat.
/// Nobody is written to about them: of all events only the taken nights that still lie ahead are told.
/// </summary>
public static class SeedBookings
{
    private const long MostBytes = 128 << 20;

    private const string InsertBookings = """
        insert into bookings (id, reference, status, property_id, guest_id, host_id, check_in, check_out, check_in_at, check_out_at, guests, quote, listing, total_minor, currency,
            created_at, held_at, confirmed_at, completed_at, payment_id, version)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) on conflict do nothing returning id
        """;

    private const string InsertCalendar = """
        insert into availability_calendar (id, property_id, stay, reason, booking_id, created_at)
        select id, property_id, daterange(first, last), reason, booking_id, created_at from unnest($1, $2, $3, $4, $5, $6, $7) as e (id, property_id, first, last, reason, booking_id, created_at)
        on conflict do nothing returning id
        """;

    private const string InsertHistory = """
        insert into booking_history (booking_id, version, from_status, to_status, actor, reason, at) select * from unnest($1, $2, $3, $4, $5, $6, $7)
        """;

    public static void Map(RouteGroupBuilder inside) => inside.MapPost("/seed", HandleAsync).WithMetadata(new BodySize());

    private sealed class BodySize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => MostBytes;
    }

    private sealed record Entry(Guid Id, PropertyId PropertyId, DateOnly First, DateOnly Last, TakenReason Reason, BookingId? BookingId, DateTimeOffset CreatedAt);

    private static async Task<IResult> HandleAsync(SampleBatch batch, NpgsqlDataSource source, OutboxSignal signal, TimeProvider clock, CancellationToken ct)
    {
        if (batch.Bookings.FirstOrDefault(b => Path(b.Status) is null) is { } odd)
            return Refusal.Invalid("sample_status", $"Sample bookings are confirmed, checked in or completed; {odd.Reference} is {Wire.Name(odd.Status)}.", "bookings").ToProblem();
        if (batch.Bookings.Count + batch.Blocks.Count == 0) return Results.Ok(new SampleOutcome(0));

        var now = clock.GetUtcNow().ToUniversalTime();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await AddNamesAsync(connection, batch.Bookings, ct);
        var added = await AddBookingsAsync(connection, batch.Bookings, ct);
        var entries = batch.Bookings.Where(b => added.Contains(b.Id.Value))
            .Select(b => new Entry(b.Id.Value, b.PropertyId, b.Quote.CheckIn, b.Quote.CheckOut, TakenReason.Stay, b.Id, b.CreatedAt))
            .Concat(batch.Blocks.Select(b => new Entry(b.Id, b.PropertyId, b.Start, b.End, TakenReason.Block, null, now))).ToList();
        var taken = await AddEntriesAsync(connection, entries, ct);
        if (entries.Find(e => e.BookingId is not null && !taken.Contains(e.Id)) is { } sold)
            return Refusal.Conflict("sample_overlap", $"Booking {sold.BookingId} has nights that another has.", "bookings").ToProblem();
        await AddHistoryAsync(connection, batch.Bookings.Where(b => added.Contains(b.Id.Value)), ct);
        await TellAsync(connection, batch.Bookings.Where(b => added.Contains(b.Id.Value)).ToList(), entries.Where(e => taken.Contains(e.Id)), now, ct);
        await transaction.CommitAsync(ct);
        signal.Wake();
        return Results.Ok(new SampleOutcome(added.Count + taken.Count(id => !added.Contains(id))));
    }

    private static async Task AddNamesAsync(NpgsqlConnection connection, IReadOnlyList<SampleBooking> bookings, CancellationToken ct)
    {
        var names = bookings.SelectMany(b => new[] { (b.GuestId, b.GuestName), (b.HostId, b.HostName) }).DistinctBy(n => n.Item1).OrderBy(n => n.Item1.Value).ToList();
        await using var insert = connection.Sql("insert into known_people (user_id, display_name) select * from unnest($1, $2) on conflict do nothing",
            names.ConvertAll(n => n.Item1.Value).ToArray(), names.ConvertAll(n => n.Item2).ToArray());
        await insert.ExecuteNonQueryAsync(ct);
    }

    private static Task<HashSet<Guid>> AddBookingsAsync(NpgsqlConnection connection, IReadOnlyList<SampleBooking> b, CancellationToken ct)
    {
        var insert = connection.Sql(InsertBookings, Column(b, x => x.Id.Value), Column(b, x => x.Reference), Column(b, x => Wire.Name(x.Status)), Column(b, x => x.PropertyId.Value),
            Column(b, x => x.GuestId.Value), Column(b, x => x.HostId.Value), Column(b, x => x.Quote.CheckIn), Column(b, x => x.Quote.CheckOut), Column(b, x => x.Quote.CheckInAt), Column(b, x => x.Quote.CheckOutAt),
            Column(b, x => Json(x.Quote.Guests)), Column(b, x => Json(x.Quote)), Column(b, x => Json(new BookedListing(x.PropertyTitle, x.City, x.CountryCode, x.ImageUrl, x.Place))),
            Column(b, x => x.Quote.TotalMinor), Column(b, x => x.Quote.Currency), Column(b, x => x.CreatedAt), Column(b, x => x.CreatedAt), Column(b, x => x.ConfirmedAt),
            Column<DateTimeOffset?>(b, x => x.Status == BookingStatus.Completed ? x.Quote.CheckOutAt : null), Column(b, x => x.PaymentId.Value), Column(b, x => (long)Path(x.Status)!.Count));
        foreach (var json in (int[])[10, 11, 12]) insert.Parameters[json].NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb;
        return IdsAsync(insert, ct);
    }

    private static Task<HashSet<Guid>> AddEntriesAsync(NpgsqlConnection connection, List<Entry> e, CancellationToken ct) => IdsAsync(connection.Sql(InsertCalendar,
        Column(e, x => x.Id), Column(e, x => x.PropertyId.Value), Column(e, x => x.First), Column(e, x => x.Last), Column(e, x => Wire.Name(x.Reason)), Column(e, x => x.BookingId?.Value), Column(e, x => x.CreatedAt)), ct);

    private static async Task AddHistoryAsync(NpgsqlConnection connection, IEnumerable<SampleBooking> bookings, CancellationToken ct)
    {
        var rows = bookings.SelectMany(b => Path(b.Status)!.Select((step, i) => (Booking: b, Step: step, Version: i + 1L))).ToList();
        await using var insert = connection.Sql(InsertHistory, Column(rows, r => r.Booking.Id.Value), Column(rows, r => r.Version), Column(rows, r => r.Step.From is { } from ? Wire.Name(from) : null),
            Column(rows, r => Wire.Name(r.Step.To)), Column(rows, r => Wire.Name(r.Step.Actor)), Column(rows, _ => "sample"), Column(rows, r => At(r.Booking, r.Step.To)));
        await insert.ExecuteNonQueryAsync(ct);
    }

    private static async Task TellAsync(NpgsqlConnection connection, List<SampleBooking> added, IEnumerable<Entry> taken, DateTimeOffset now, CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1); // it may still be yesterday at the home
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Outbox.Command(taken.Where(e => e.Last > today).OrderBy(e => e.PropertyId.Value).Select(e => new NightsTaken(e.PropertyId, e.Id, e.First, e.Last, Wire.Name(e.Reason))), now));
        batch.BatchCommands.Add(Outbox.TimerCommand<OpenCheckIns>(added.Where(b => b.Status == BookingStatus.Confirmed).Select(b => (b.Id.ToString(), b.Quote.CheckInAt)), now));
        batch.BatchCommands.Add(Outbox.TimerCommand<CompleteStays>(added.Where(b => b.Status == BookingStatus.CheckedIn).Select(b => (b.Id.ToString(), b.Quote.CheckOutAt)), now));
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The steps of an ordinary paid booking up to a status; null when no such road leads there.</summary>
    private static List<BookingTransition>? Path(BookingStatus status)
    {
        List<BookingTransition> road =
        [
            BookingProcess.Find(null, BookingTrigger.Hold, BookingActor.Guest)!, BookingProcess.Find(BookingStatus.PendingPayment, BookingTrigger.Pay, BookingActor.Payment)!,
            BookingProcess.Find(BookingStatus.Confirmed, BookingTrigger.OpenCheckIn, BookingActor.Clock)!, BookingProcess.Find(BookingStatus.CheckedIn, BookingTrigger.Complete, BookingActor.Clock)!,
        ];
        var end = road.FindIndex(t => t.To == status);
        return end < 1 ? null : road[..(end + 1)];
    }

    private static DateTimeOffset At(SampleBooking booking, BookingStatus reached) => reached switch
    {
        BookingStatus.PendingPayment => booking.CreatedAt,
        BookingStatus.Confirmed => booking.ConfirmedAt,
        BookingStatus.CheckedIn => booking.Quote.CheckInAt,
        _ => booking.Quote.CheckOutAt,
    };

    private static T[] Column<T>(IReadOnlyList<SampleBooking> rows, Func<SampleBooking, T> of) => [.. rows.Select(of)];
    private static T[] Column<TRow, T>(List<TRow> rows, Func<TRow, T> of) => [.. rows.Select(of)];
    private static string Json<T>(T value) => JsonSerializer.Serialize(value, Wire.Json);

    private static async Task<HashSet<Guid>> IdsAsync(NpgsqlCommand insert, CancellationToken ct)
    {
        await using var owned = insert;
        await using var reader = await insert.ExecuteReaderAsync(ct);
        var ids = new HashSet<Guid>();
        while (await reader.ReadAsync(ct)) ids.Add(reader.GetGuid(0));
        return ids;
    }
}
