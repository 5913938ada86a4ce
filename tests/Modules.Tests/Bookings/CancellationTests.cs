using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Bookings;

/// <summary>The cancellation policies to the cent, through HTTP, in the summer of 2026: what the preview shows is what cancelling gives, and what the others are told.</summary>
public sealed class CancellationTests(WithOwnClock with) : IClassFixture<WithOwnClock>
{
    private static readonly DateTimeOffset BookedAt = new(2026, 6, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly CheckIn = new(2026, 9, 4);

    /// <summary>15:00 in Lisbon.</summary>
    private static readonly DateTimeOffset CheckInAt = new(2026, 9, 4, 14, 0, 0, TimeSpan.Zero);

    private TestProduct Product => with.Product;

    [Fact]
    public async Task Every_policy_gives_back_what_it_says_at_every_time()
    {
        Product.Clock.SetOffset(BookedAt - TimeProvider.System.GetUtcNow());
        var (host, guest) = (await Product.NewHostAsync(), await Product.NewGuestAsync());
        List<Case> cases =
        [
            // Four nights at 100.00 and cleaning 40.00: 440.00, and a fee of 61.60 that stays after grace.
            .. Of(CancellationPolicy.Flexible, (BookedAt.AddHours(23), 501_60), (CheckInAt.AddHours(-24.02), 440_00), (CheckInAt.AddHours(-23.9), 340_00), (CheckInAt.AddHours(1), 200_00), (CheckInAt.AddDays(2.1), 0)),
            .. Of(CancellationPolicy.Moderate, (BookedAt.AddHours(23), 501_60), (CheckInAt.AddDays(-5.01), 440_00), (CheckInAt.AddDays(-4.9), 190_00), (CheckInAt.AddHours(1), 100_00)),
            .. Of(CancellationPolicy.Limited, (CheckInAt.AddDays(-14.01), 440_00), (CheckInAt.AddDays(-13.9), 220_00), (CheckInAt.AddDays(-7.01), 220_00), (CheckInAt.AddDays(-6.9), 0)),
            .. Of(CancellationPolicy.Firm, (CheckInAt.AddDays(-30.01), 440_00), (CheckInAt.AddDays(-29.9), 220_00), (CheckInAt.AddDays(-7.01), 220_00), (CheckInAt.AddDays(-6.9), 0)),
            .. Of(CancellationPolicy.Strict, (BookedAt.AddHours(23), 501_60), (BookedAt.AddHours(25), 220_00), (CheckInAt.AddDays(-7.01), 220_00), (CheckInAt.AddDays(-6.9), 0)),
            // Thirty nights go by the long-stay policy whatever the listing's is: 3,040.00, and the next thirty nights are the host's.
            new(CancellationPolicy.Flexible, 30, Homes.PlainPrice, new GuestParty(2), CheckInAt.AddDays(-30.01), 3040_00),
            new(CancellationPolicy.Flexible, 30, Homes.PlainPrice, new GuestParty(2), CheckInAt.AddDays(-29.9), 40_00),
            // The worked example: 437.00 and the tax of 34.65.
            new(CancellationPolicy.Firm, 7, WorkedPrice, new GuestParty(3, Pets: 1), CheckInAt.AddDays(-10), 471_65),
        ];
        var booked = new List<(Case Case, BookingView Booking)>();
        foreach (var one in cases)
        {
            var home = await Product.NewHomeAsync(host, new StayRules { MaxGuests = 4, PetsAllowed = true, CancellationPolicy = one.Policy }, one.Price);
            var booking = await guest.Api.PostAsync("/api/v1/bookings", new { property_id = home.Id, check_in = CheckIn, check_out = CheckIn.AddDays(one.Nights), guests = one.Guests }).ReadAsync<BookingView>(201);
            await Product.PaidAsync(booking);
            booked.Add((one, booking));
        }
        booked[^1].Booking.Total.AmountMinor.ShouldBe(1031_01);

        foreach (var (one, booking) in booked.OrderBy(b => b.Case.At))
        {
            Product.Clock.SetOffset(one.At - TimeProvider.System.GetUtcNow());
            var what = $"{one.Policy} at {one.At:u}";
            var preview = await guest.Api.GetAsync($"/api/v1/bookings/{booking.Id}/cancellation").ReadAsync<CancellationPreview>();
            preview.Refund.ShouldBe(new Money(one.RefundMinor, "EUR"), what);
            (preview.HostKeeps.AmountMinor + preview.Breakdown.HostSubtotalMinor).ShouldBe(booking.Quote.HostSubtotalMinor, what);
            (await guest.Api.PostAsync($"/api/v1/bookings/{booking.Id}/cancel", new { }).ReadAsync<BookingView>()).Refund.ShouldBe(preview.Refund, what);
            var told = (await Product.ToldAsync<BookingCancelled>(booking.Id)).ShouldHaveSingleItem();
            (told.RefundMinor, told.Breakdown).ShouldBe((one.RefundMinor, preview.Breakdown), what);
        }
        var worked = (await Product.ToldAsync<BookingCancelled>(booked[^1].Booking.Id)).Single().Breakdown;
        worked.ShouldBe(new RefundBreakdown(437_00, 0, 34_65));
    }

    private sealed record Case(CancellationPolicy Policy, int Nights, PriceRules Price, GuestParty Guests, DateTimeOffset At, long RefundMinor);

    private static readonly PriceRules WorkedPrice = new()
    {
        Currency = "EUR", BaseNightMinor = 100_00, WeekendNightMinor = 130_00, WeeklyDiscountBps = 1_000, CleaningFeeMinor = 60_00, PetFeeMinor = 25_00, IncludedGuests = 2, ExtraGuestFeeMinor = 15_00,
        Taxes = [new("City tax", TaxKind.PerGuestNight, AmountMinor: 165)],
    };

    private static IEnumerable<Case> Of(CancellationPolicy policy, params (DateTimeOffset At, long RefundMinor)[] times) =>
        times.Select(t => new Case(policy, 4, Homes.PlainPrice, new GuestParty(2), t.At, t.RefundMinor));
}
