using System.Runtime.CompilerServices;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Kernel.Postgres;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace EstoSpaces.Bookings;

/// <summary>One step of a booking's life: a row of booking_history, written once.</summary>
public sealed class HistoryEntry
{
    public required BookingId BookingId { get; init; }
    public required long Version { get; init; }
    public BookingStatus? FromStatus { get; init; }
    public required BookingStatus ToStatus { get; init; }
    public required BookingActor Actor { get; init; }
    public UserId? ActorId { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset At { get; init; }

    public static HistoryEntry Of(Booking booking, BookingStep step) => new()
    {
        BookingId = booking.Id, Version = booking.Version, FromStatus = step.Transition.From, ToStatus = step.Transition.To,
        Actor = step.Transition.Actor, ActorId = step.ActorId, Reason = step.Reason, At = step.At,
    };
}

/// <summary>Bookings, their calendar and history. Everything that changes them takes the listing's turn first.</summary>
public sealed class BookingsDb(DbContextOptions<BookingsDb> options) : ModuleDb(options)
{
    public DbSet<Booking> Bookings => Set<Booking>();
    public DbSet<CalendarEntry> Calendar => Set<CalendarEntry>();
    public DbSet<HistoryEntry> History => Set<HistoryEntry>();

    /// <summary>Waits until nobody else changes this listing's calendar or bookings. Inside a transaction; lasts until its end.</summary>
    public Task TakeTurnAsync(PropertyId property, CancellationToken ct) => Database.ExecuteSqlAsync($"select turn_of({property.Value})", ct);

    /// <summary>Takes the turn of the booking's listing and loads the booking as it is then; null when there is none.</summary>
    public async Task<Booking?> LoadInTurnAsync(BookingId id, CancellationToken ct)
    {
        await Database.ExecuteSqlAsync($"select turn_of(property_id) from bookings where id = {id.Value}", ct);
        return await Bookings.SingleOrDefaultAsync(b => b.Id == id, ct);
    }

    protected override void MapModule(ModelBuilder model)
    {
        model.Entity<Booking>(booking =>
        {
            booking.ToTable("bookings").HasKey(b => b.Id);
            AsFrozenJson(booking.Property(b => b.Guests));
            AsFrozenJson(booking.Property(b => b.Quote));
            AsFrozenJson(booking.Property(b => b.Listing));
            booking.Property(b => b.Version).IsConcurrencyToken();
            booking.Ignore(b => b.Stay).Ignore(b => b.Facts);
        });
        model.Entity<CalendarEntry>(entry =>
        {
            entry.ToTable("availability_calendar").HasKey(e => e.Id);
            entry.Property(e => e.Id).ValueGeneratedNever();
            entry.Ignore(e => e.Nights).Ignore(e => e.Taken).Ignore(e => e.Freed);
        });
        model.Entity<HistoryEntry>(entry => entry.ToTable("booking_history").HasKey(h => new { h.BookingId, h.Version }));
    }

    /// <summary>A jsonb column that is only ever replaced whole: unlike with AsJson, looking for changes costs no serializing.</summary>
    private static void AsFrozenJson<T>(PropertyBuilder<T> property) where T : class => property.HasColumnType("jsonb").HasConversion(
        new ValueConverter<T, string>(v => JsonSerializer.Serialize(v, Wire.Json), text => JsonSerializer.Deserialize<T>(text, Wire.Json)!),
        new ValueComparer<T>((a, b) => ReferenceEquals(a, b), v => RuntimeHelpers.GetHashCode(v), v => v));
}
