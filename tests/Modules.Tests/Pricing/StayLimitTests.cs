using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Pricing;

public sealed class StayLimitTests
{
    private static readonly StayRules Rules = new() { MaxGuests = 3, MinNights = 2, MaxNights = 10, AdvanceNoticeDays = 2, BookingWindowDays = 30 };
    private static readonly DateOnly Today = new(2026, 9, 1);

    [Theory]
    [InlineData(5, 8, 2, 1, 1, 0, null, null)]
    [InlineData(2, 4, 1, 0, 0, 0, null, null)]
    [InlineData(25, 31, 1, 0, 0, 0, null, null)] // the last night is that of day 30
    [InlineData(25, 32, 1, 0, 0, 0, "beyond_booking_window", "check_out")]
    [InlineData(5, 5, 1, 0, 0, 0, "check_out_before_check_in", "check_out")]
    [InlineData(5, 4, 1, 0, 0, 0, "check_out_before_check_in", "check_out")]
    [InlineData(-1, 4, 1, 0, 0, 0, "check_in_past", "check_in")]
    [InlineData(1, 4, 1, 0, 0, 0, "advance_notice", "check_in")]
    [InlineData(5, 6, 1, 0, 0, 0, "stay_too_short", "check_out")]
    [InlineData(5, 16, 1, 0, 0, 0, "stay_too_long", "check_out")]
    [InlineData(5, 8, 0, 2, 0, 0, "adult_required", "adults")]
    [InlineData(5, 8, 1, -1, 0, 0, "guests_invalid", "children")]
    [InlineData(5, 8, 2, 2, 0, 0, "too_many_guests", "adults")]
    [InlineData(5, 8, int.MaxValue, int.MaxValue, 0, 0, "too_many_guests", "adults")]
    [InlineData(5, 8, 1, 0, 21, 0, "guests_invalid", "infants")]
    [InlineData(5, 8, 1, 0, 0, 21, "guests_invalid", "pets")]
    [InlineData(5, 8, 3, 0, 5, 0, null, null)] // infants don't count
    [InlineData(5, 8, 1, 0, 0, 1, "pets_not_allowed", "pets")]
    public void A_stay_is_refused_by_the_rule_that_it_breaks(int checkIn, int checkOut, int adults, int children, int infants, int pets, string? code, string? param)
    {
        var refusal = StayLimits.Check(Rules, new DateRange(Today.AddDays(checkIn), Today.AddDays(checkOut)), new GuestParty(adults, children, infants, pets), Today);
        (refusal?.Code, refusal?.Param).ShouldBe((code, param));
    }
}
