using System.Text.Json;
using EstoSpaces.Bookings.Timers;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace EstoSpaces.Bookings;

/// <summary>How saving a new booking went: saved (with the names that this module knows), the nights were gone, or this guest's key made a booking before.</summary>
public sealed record SavedBooking(bool DatesTaken, bool KeyUsedBefore, IReadOnlyDictionary<UserId, string> Names);

/// <summary>Saves a new booking in one round trip and one transaction: booking, calendar, history, timer, events. The hot path of the product, therefore plain SQL.</summary>
public sealed class NewBookings(NpgsqlDataSource source, OutboxSignal signal)
{
    private const int Attempts = 8;

    private const string InsertBooking = """
        insert into bookings (id, reference, status, property_id, guest_id, host_id, check_in, check_out, check_in_at, check_out_at, guests, quote, listing, total_minor, currency,
            message, idempotency_key, created_at, expires_at, held_at, version)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
        """;

    private const string InsertEntry = "insert into availability_calendar (id, property_id, stay, reason, booking_id, expires_at, created_at) values ($1, $2, $3, $4, $5, $6, $7)";

    private const string InsertHistory = "insert into booking_history (booking_id, version, from_status, to_status, actor, actor_id, reason, at) values ($1, $2, null, $3, $4, $5, $6, $7)";

    public async Task<SavedBooking> SaveAsync(Booking booking, BookingStep step, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var names = await TrySaveAsync(booking, step, ct);
                signal.Wake();
                return new SavedBooking(false, false, names);
            }
            catch (PostgresException e) when (e.ConstraintName == "calendar_no_night_twice") { return new SavedBooking(true, false, NoNames); }
            catch (PostgresException e) when (e.ConstraintName == "bookings_once_per_key") { return new SavedBooking(false, true, NoNames); }
            catch (PostgresException e) when (e.ConstraintName == "bookings_reference_key" && attempt < Attempts) { booking.Rename(); }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure && attempt < Attempts)
            {
                // Nothing was written: the whole of it comes again.
            }
        }
    }

    private static readonly IReadOnlyDictionary<UserId, string> NoNames = new Dictionary<UserId, string>();

    private async Task<Dictionary<UserId, string>> TrySaveAsync(Booking booking, BookingStep step, CancellationToken ct)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(Command("select user_id, display_name from known_people where user_id = any($1)", new[] { booking.GuestId.Value, booking.HostId.Value }));
        batch.BatchCommands.Add(Command("select turn_of($1)", booking.PropertyId.Value));
        batch.BatchCommands.Add(Command(InsertBooking, booking.Id.Value, booking.Reference, Wire.Name(booking.Status), booking.PropertyId.Value, booking.GuestId.Value, booking.HostId.Value,
            booking.CheckIn, booking.CheckOut, booking.CheckInAt, booking.CheckOutAt, Json(booking.Guests), Json(booking.Quote), Json(booking.Listing), booking.TotalMinor, booking.Currency,
            booking.Message, booking.IdempotencyKey, booking.CreatedAt, booking.ExpiresAt, booking.HeldAt, booking.Version));
        List<IEvent> facts = [step.Fact];
        if (step.Transition.Calendar == CalendarEffect.TakeHold)
        {
            var hold = CalendarEntry.Hold(booking, step.At);
            batch.BatchCommands.Add(Command(InsertEntry, hold.Id, hold.PropertyId.Value, hold.Stay, Wire.Name(hold.Reason), booking.Id.Value, hold.ExpiresAt, hold.CreatedAt));
            facts.Add(hold.Taken);
        }
        batch.BatchCommands.Add(Command(InsertHistory, booking.Id.Value, booking.Version, Wire.Name(booking.Status), Wire.Name(step.Transition.Actor), step.ActorId?.Value, step.Reason, step.At));
        (string, DateTimeOffset)[] timer = [(booking.Id.ToString(), booking.ExpiresAt!.Value)];
        batch.BatchCommands.Add(step.Transition.Trigger == BookingTrigger.Hold
            ? Outbox.TimerCommand<ExpireUnpaidBookings>(timer, step.At)
            : Outbox.TimerCommand<ExpireUnansweredRequests>(timer, step.At));
        batch.BatchCommands.Add(Outbox.Command(facts, step.At));

        var names = new Dictionary<UserId, string>();
        await using var reader = await batch.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) names[new UserId(reader.GetGuid(0))] = reader.GetString(1);
        // A statement's failure shows when its result is reached: all of them must be.
        while (await reader.NextResultAsync(ct)) { }
        return names;
    }

    private static NpgsqlBatchCommand Command(string sql, params object?[] arguments)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var argument in arguments)
            command.Parameters.Add(argument is JsonText json
                ? new NpgsqlParameter { Value = json.Text, NpgsqlDbType = NpgsqlDbType.Jsonb }
                : new NpgsqlParameter { Value = argument ?? DBNull.Value });
        return command;
    }

    private sealed record JsonText(string Text);

    private static JsonText Json<T>(T value) => new(JsonSerializer.Serialize(value, Wire.Json));
}
