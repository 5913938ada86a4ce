using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Kernel.Pricing;

/// <summary>Dates and wall-clock times of a listing as instants, safe on the days when its clocks change.</summary>
public static class ListingTime
{
    /// <summary>The IANA zone. Throws <see cref="TimeZoneNotFoundException"/> for a name that this machine's zone data doesn't have.</summary>
    public static TimeZoneInfo Zone(string ianaName) => TimeZoneInfo.FindSystemTimeZoneById(ianaName);

    public static bool IsKnown(string? ianaName) => ianaName is { Length: > 0 } && TimeZoneInfo.TryFindSystemTimeZoneById(ianaName, out _);

    /// <summary>The calendar date at a listing.</summary>
    public static DateOnly Today(TimeZoneInfo zone, DateTimeOffset now) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);

    /// <summary>
    /// The instant of a wall-clock time, in UTC. A time that the clocks skip is as much later as they skip (02:30 becomes 03:30, as RFC 5545 has it);
    /// of a time that comes twice the first is meant.
    /// </summary>
    public static DateTimeOffset At(TimeZoneInfo zone, DateOnly date, TimeOnly time)
    {
        var local = date.ToDateTime(time);
        // In a gap the offset before it is the one that moves the time forward by the gap's length.
        var offset = zone.IsInvalidTime(local) ? zone.GetUtcOffset(local.AddHours(-3))
            : zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max()
            : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    public static DateTimeOffset CheckIn(TimeZoneInfo zone, StayRules rules, DateOnly checkIn) => At(zone, checkIn, rules.CheckInTime);

    public static DateTimeOffset CheckOut(TimeZoneInfo zone, StayRules rules, DateOnly checkOut) => At(zone, checkOut, rules.CheckOutTime);
}
