using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using NpgsqlTypes;

namespace EstoSpaces.Bookings;

/// <summary>Why a night can't be sold.</summary>
public enum TakenReason { Stay, Hold, Block, Import, Viewing }

/// <summary>A stretch of nights that can't be sold: a row of availability_calendar.</summary>
public sealed class CalendarEntry
{
    private CalendarEntry() { }

    public Guid Id { get; private set; }
    public PropertyId PropertyId { get; private set; }
    public NpgsqlRange<DateOnly> Stay { get; private set; }
    public TakenReason Reason { get; private set; }
    public BookingId? BookingId { get; private set; }
    public string? Note { get; private set; }
    public DateTimeOffset? ExpiresAt { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }

    public DateRange Nights => new(Stay.LowerBound, Stay.UpperBound);
    public NightsTaken Taken => new(PropertyId, Id, Nights.CheckIn, Nights.CheckOut, Wire.Name(Reason));
    public NightsFreed Freed => new(PropertyId, Id);

    public static CalendarEntry Hold(Booking booking, DateTimeOffset now) => For(booking, TakenReason.Hold, booking.ExpiresAt, now);

    public static CalendarEntry StayOf(Booking booking, DateTimeOffset now) => For(booking, TakenReason.Stay, null, now);

    public static CalendarEntry Block(PropertyId property, DateRange nights, string? note, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(), PropertyId = property, Stay = Range(nights), Reason = TakenReason.Block, Note = note, CreatedAt = now };

    /// <summary>A hold lasts longer than was meant.</summary>
    public void Prolong(DateTimeOffset until) => ExpiresAt = until;

    public void BecomeStay() => (Reason, ExpiresAt) = (TakenReason.Stay, null);

    /// <summary>A host who cancelled a guest can't sell the nights again by that alone: they stay closed until he opens them.</summary>
    public void BecomeBlock(string note) => (Reason, ExpiresAt, BookingId, Note) = (TakenReason.Block, null, null, note);

    public void Cut(DateRange nights) => Stay = Range(nights);

    public static NpgsqlRange<DateOnly> Range(DateRange nights) => new(nights.CheckIn, true, nights.CheckOut, false);

    private static CalendarEntry For(Booking booking, TakenReason reason, DateTimeOffset? expiresAt, DateTimeOffset now) =>
        new() { Id = Guid.CreateVersion7(), PropertyId = booking.PropertyId, Stay = Range(booking.Stay), Reason = reason, BookingId = booking.Id, ExpiresAt = expiresAt, CreatedAt = now };
}
