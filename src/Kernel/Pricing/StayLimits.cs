using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Kernel.Pricing;

/// <summary>Whether a listing takes such a stay at all, by its rules and its own calendar date. Whether the nights are free is for bookings to say.</summary>
public static class StayLimits
{
    /// <summary>They don't count against a home's capacity, but a number beyond this is a mistake.</summary>
    private const int MostInfantsOrPets = 20;

    /// <summary>The first rule that the stay breaks, or null. <paramref name="today"/> is the date at the listing.</summary>
    public static Refusal? Check(StayRules rules, DateRange stay, GuestParty guests, DateOnly today)
    {
        var daysAhead = stay.CheckIn.DayNumber - today.DayNumber;
        if (stay.Nights < 1) return Refusal.Invalid("check_out_before_check_in", "Check-out must be after check-in.", "check_out");
        if (daysAhead < 0) return Refusal.Invalid("check_in_past", "Check-in lies in the past at this home.", "check_in");
        if (daysAhead < rules.AdvanceNoticeDays) return Refusal.Invalid("advance_notice", $"This home must be booked at least {Count(rules.AdvanceNoticeDays, "day")} ahead.", "check_in");
        if (stay.CheckOut.DayNumber - 1 - today.DayNumber > rules.BookingWindowDays) return Refusal.Invalid("beyond_booking_window", $"This home can be booked {Count(rules.BookingWindowDays, "day")} ahead at most.", "check_out");
        if (stay.Nights < rules.MinNights) return Refusal.Invalid("stay_too_short", $"This home takes stays of {Count(rules.MinNights, "night")} or more.", "check_out");
        if (stay.Nights > rules.MaxNights) return Refusal.Invalid("stay_too_long", $"This home takes stays of {Count(rules.MaxNights, "night")} at most.", "check_out");
        if (guests.Adults < 1) return Refusal.Invalid("adult_required", "At least one adult must come.", "adults");
        if (guests.Children < 0 || guests.Infants < 0 || guests.Pets < 0) return Refusal.Invalid("guests_invalid", "A number of guests can't be negative.", guests.Children < 0 ? "children" : guests.Infants < 0 ? "infants" : "pets");
        // Each alone first: a sum of two huge numbers is a small one.
        if (guests.Adults > rules.MaxGuests || guests.Children > rules.MaxGuests || guests.Counted > rules.MaxGuests) return Refusal.Invalid("too_many_guests", $"This home takes {Count(rules.MaxGuests, "guest")} at most.", "adults");
        if (guests.Infants > MostInfantsOrPets || guests.Pets > MostInfantsOrPets) return Refusal.Invalid("guests_invalid", $"At most {MostInfantsOrPets} infants or pets can come.", guests.Infants > MostInfantsOrPets ? "infants" : "pets");
        if (guests.Pets > 0 && !rules.PetsAllowed) return Refusal.Invalid("pets_not_allowed", "This home doesn't take pets.", "pets");
        return null;
    }

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
