using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Postgres;

namespace EstoSpaces.Notifications;

/// <summary>What booking events told, kept for letters about facts that only name the booking.</summary>
public sealed class BookingCards(NotificationsDb db, TimeProvider clock)
{
    public async Task KeepAsync(BookingFacts facts, CancellationToken ct)
    {
        await using var keep = (await db.ConnectionAsync(ct)).Sql(
            "insert into booking_cards (booking_id, facts, updated_at) values ($1, $2::jsonb, $3) on conflict (booking_id) do update set facts = excluded.facts, updated_at = excluded.updated_at",
            facts.BookingId.Value, JsonSerializer.Serialize(facts, Wire.Json), clock.GetUtcNow().ToUniversalTime());
        await keep.ExecuteNonQueryAsync(ct);
    }

    public async Task<BookingFacts?> FindAsync(BookingId id, CancellationToken ct)
    {
        await using var find = (await db.ConnectionAsync(ct)).Sql("select facts::text from booking_cards where booking_id = $1", id.Value);
        return await find.ExecuteScalarAsync(ct) is string json ? JsonSerializer.Deserialize<BookingFacts>(json, Wire.Json) : null;
    }
}
