using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Pricing;

public sealed class QuoteTests
{
    private static readonly PriceRules Hundred = new() { Currency = "EUR", BaseNightMinor = 100_00 };
    private static readonly PlatformFees NoFees = new(0, 0);

    [Fact]
    public void The_worked_example_comes_out_to_the_cent()
    {
        var quote = WorkedExample.Quote();
        quote.Lines.Select(l => (l.Kind, l.Quantity, l.UnitMinor, l.AmountMinor)).ShouldBe(
        [
            (QuoteLineKind.Nights, 7, null, 760_00), (QuoteLineKind.LengthDiscount, null, null, -76_00), (QuoteLineKind.CleaningFee, null, null, 60_00),
            (QuoteLineKind.ExtraGuestFee, 7, 15_00, 105_00), (QuoteLineKind.PetFee, null, null, 25_00), (QuoteLineKind.GuestFee, null, null, 122_36), (QuoteLineKind.Tax, 21, 165, 34_65),
        ]);
        quote.Lines[1].Label.ShouldBe("weekly");
        quote.HostSubtotalMinor.ShouldBe(874_00);
        quote.GuestFeeMinor.ShouldBe(122_36);
        quote.TaxMinor.ShouldBe(34_65);
        quote.TotalMinor.ShouldBe(1_031_01);
        quote.HostFeeMinor.ShouldBe(26_22);
        quote.PayoutMinor.ShouldBe(847_78);
        quote.DepositMinor.ShouldBe(200_00);
        quote.NightPrices.Select(n => n.AmountMinor).ShouldBe([130_00, 130_00, 100_00, 100_00, 100_00, 100_00, 100_00]);
        quote.NightPrices.Select(n => n.Reason).ShouldBe(["weekend", "weekend", "base", "base", "base", "base", "base"]);
        QuoteCalculator.TotalOnly(WorkedExample.Price, WorkedExample.Fees, WorkedExample.Stay, WorkedExample.Guests, WorkedExample.BookedOn).ShouldBe(1_031_01);
    }

    [Fact]
    public void Check_in_and_check_out_are_instants_of_the_listings_zone()
    {
        var quote = WorkedExample.Quote();
        quote.CheckInAt.ShouldBe(DateTimeOffset.Parse("2026-09-04T14:00:00Z", null));
        quote.CheckOutAt.ShouldBe(DateTimeOffset.Parse("2026-09-11T10:00:00Z", null));
    }

    [Fact]
    public void The_price_of_a_date_wins_over_the_weekend_and_the_weekend_over_the_base()
    {
        var price = Hundred with { WeekendNightMinor = 130_00, DatePrices = new Dictionary<DateOnly, long> { [new(2026, 9, 5)] = 250_00, [new(2026, 9, 7)] = 90_00 } };
        PriceSums.Of(price, NoFees, new(new(2026, 9, 4), new(2026, 9, 8)), new(2), WorkedExample.BookedOn).NightsMinor.ShouldBe(130_00 + 250_00 + 100_00 + 90_00);
    }

    [Theory]
    [InlineData("2026-08-31", 4, 0)] // Mon to Fri: the check-out day's night isn't sold
    [InlineData("2026-09-03", 1, 0)]
    [InlineData("2026-09-04", 1, 1)]
    [InlineData("2026-09-05", 1, 1)]
    [InlineData("2026-09-06", 1, 0)]
    [InlineData("2026-09-05", 7, 2)]
    [InlineData("2026-09-04", 30, 10)]
    public void Weekend_nights_are_those_of_Friday_and_Saturday(string checkIn, int nights, int weekends)
    {
        var from = DateOnly.Parse(checkIn, null);
        PriceSums.Of(Hundred with { WeekendNightMinor = 101_00 }, NoFees, new(from, from.AddDays(nights)), new(1), from.AddDays(-60)).NightsMinor.ShouldBe(nights * 100_00 + weekends * 1_00);
    }

    [Theory]
    [InlineData(6, 60, "none", 0)]
    [InlineData(7, 60, "weekly", 1_000)]
    [InlineData(27, 60, "weekly", 1_000)]
    [InlineData(28, 60, "monthly", 2_500)]
    [InlineData(6, 90, "early_bird", 1_200)]
    [InlineData(7, 90, "early_bird", 1_200)] // better than weekly
    [InlineData(28, 90, "monthly", 2_500)]
    [InlineData(6, 89, "none", 0)]
    [InlineData(2, 3, "last_minute", 1_500)]
    [InlineData(2, 0, "last_minute", 1_500)]
    [InlineData(2, 4, "none", 0)]
    [InlineData(7, 3, "last_minute", 1_500)]
    public void One_length_discount_applies_the_best_that_fits(int nights, int daysAhead, string label, int bps)
    {
        var price = Hundred with { WeeklyDiscountBps = 1_000, MonthlyDiscountBps = 2_500, EarlyBird = new(90, 1_200), LastMinute = new(3, 1_500) };
        var checkIn = new DateOnly(2026, 9, 7);
        var sums = PriceSums.Of(price, NoFees, new(checkIn, checkIn.AddDays(nights)), new(1), checkIn.AddDays(-daysAhead));
        Wire.Name(sums.Discount).ShouldBe(label);
        sums.DiscountMinor.ShouldBe(nights * bps);
    }

    [Fact]
    public void A_weekly_discount_above_the_monthly_one_also_wins_in_a_long_stay() =>
        PriceSums.Of(Hundred with { WeeklyDiscountBps = 2_000, MonthlyDiscountBps = 1_000 }, NoFees, new(new(2026, 9, 1), new(2026, 10, 1)), new(1), WorkedExample.BookedOn).Discount.ShouldBe(LengthDiscount.Weekly);

    [Theory]
    [InlineData(50, 1)] // 0.5 of a cent
    [InlineData(49, 0)]
    [InlineData(150, 2)] // 1.5
    [InlineData(250, 3)] // 2.5: away from zero, not to even
    public void Percentages_round_half_away_from_zero(int bps, long expected)
    {
        Money.Share(100, bps).ShouldBe(expected);
        Money.Share(-100, bps).ShouldBe(-expected);
    }

    [Fact]
    public void Shares_of_sums_beyond_plain_integers_are_exact_too() => Money.Share(9_000_000_000_000_000_000, 1_400).ShouldBe(1_260_000_000_000_000_000);

    [Theory]
    [InlineData(2, 0, 0, 0)]
    [InlineData(3, 0, 0, 1)]
    [InlineData(2, 1, 0, 1)]
    [InlineData(2, 0, 3, 0)] // infants don't count
    [InlineData(1, 0, 0, 0)]
    [InlineData(3, 2, 1, 3)]
    public void Extra_guests_are_those_above_the_included_number(int adults, int children, int infants, int extra)
    {
        var sums = PriceSums.Of(Hundred with { IncludedGuests = 2, ExtraGuestFeeMinor = 15_00 }, NoFees, new(new(2026, 9, 7), new(2026, 9, 9)), new(adults, children, infants), WorkedExample.BookedOn);
        sums.ExtraGuests.ShouldBe(extra);
        sums.ExtraGuestMinor.ShouldBe(extra * 2 * 15_00);
    }

    [Fact]
    public void The_pet_fee_is_per_stay_not_per_pet() =>
        PriceSums.Of(Hundred with { PetFeeMinor = 25_00 }, NoFees, new(new(2026, 9, 7), new(2026, 9, 9)), new(2, Pets: 3), WorkedExample.BookedOn).PetMinor.ShouldBe(25_00);

    [Fact]
    public void Vat_is_taken_of_the_guest_fee_only()
    {
        var sums = PriceSums.Of(Hundred, new PlatformFees(1_400, 300, 2_300), new(new(2026, 9, 7), new(2026, 9, 8)), new(2), WorkedExample.BookedOn);
        (sums.GuestFeeMinor, sums.GuestFeeVatMinor, sums.TotalMinor).ShouldBe((14_00, 3_22, 117_22));
    }

    // Four nights from a Monday, discounted by 10 % as last minute: nights 360.00, cleaning 40.00, subtotal 400.00, fee 56.00, VAT 10.00 % of it 5.60.
    [Theory]
    [InlineData(TaxKind.Percent, TaxBase.Nights, 500, 0, null, null, null, 18_00)]
    [InlineData(TaxKind.Percent, TaxBase.HostSubtotal, 500, 0, null, null, null, 20_00)]
    [InlineData(TaxKind.Percent, TaxBase.Total, 500, 0, null, null, null, 23_08)]
    [InlineData(TaxKind.Percent, TaxBase.Nights, 500, 0, 2, null, null, 9_00)]
    [InlineData(TaxKind.PerNight, TaxBase.Nights, 0, 2_00, null, null, null, 8_00)]
    [InlineData(TaxKind.PerNight, TaxBase.Nights, 0, 2_00, 3, null, null, 6_00)]
    [InlineData(TaxKind.PerGuestNight, TaxBase.Nights, 0, 2_00, null, null, null, 16_00)]
    [InlineData(TaxKind.PerGuestNight, TaxBase.Nights, 0, 2_00, 3, null, null, 12_00)]
    [InlineData(TaxKind.PerGuestNight, TaxBase.Nights, 0, 2_00, null, 10_00L, null, 10_00)]
    [InlineData(TaxKind.PerGuestNight, TaxBase.Nights, 0, 2_00, null, null, 4, 0)]
    [InlineData(TaxKind.PerGuestNight, TaxBase.Nights, 0, 2_00, null, null, 5, 16_00)]
    public void Local_taxes_follow_their_rule(TaxKind kind, TaxBase of, int bps, long amount, int? maxNights, long? maxAmount, int? exemptFrom, long expected)
    {
        var price = Hundred with { CleaningFeeMinor = 40_00, LastMinute = new(3, 1_000), Taxes = [new("tax", kind, bps, amount, of, maxNights, maxAmount, exemptFrom)] };
        var sums = PriceSums.Of(price, new PlatformFees(1_400, 300, 1_000), new(new(2026, 9, 7), new(2026, 9, 11)), new(2, Children: 1, Infants: 1), new(2026, 9, 6));
        sums.HostSubtotalMinor.ShouldBe(400_00);
        sums.TaxMinor.ShouldBe(expected);
    }

    [Fact]
    public void The_hash_is_of_canonical_json_and_finds_every_change_that_binds()
    {
        var quote = WorkedExample.Quote();
        QuoteHash.Matches(quote).ShouldBeTrue();
        quote.Hash.ShouldMatch("^[0-9a-f]{64}$");
        QuoteHash.Of(quote with { TotalMinor = quote.TotalMinor + 1 }).ShouldNotBe(quote.Hash);
        QuoteHash.Of(quote with { CheckOut = quote.CheckOut.AddDays(1) }).ShouldNotBe(quote.Hash);
        QuoteHash.Of(quote with { Guests = quote.Guests with { Infants = 1 } }).ShouldNotBe(quote.Hash);
        QuoteHash.Of(quote with { RefundTiers = [.. quote.RefundTiers.Skip(1)] }).ShouldNotBe(quote.Hash);
        QuoteHash.Of(quote with { Lines = [.. quote.Lines.Select(l => l with { Label = "translated" })] }).ShouldBe(quote.Hash);
        using var json = System.Text.Json.JsonDocument.Parse(QuoteHash.Canonical(quote));
        ShouldBeInOrder(json.RootElement);
    }

    [Fact]
    public void A_quote_survives_the_wire_with_its_hash()
    {
        var quote = WorkedExample.Quote();
        var read = System.Text.Json.JsonSerializer.Deserialize<Quote>(System.Text.Json.JsonSerializer.Serialize(quote, Wire.Json), Wire.Json)!;
        QuoteHash.Matches(read).ShouldBeTrue();
    }

    private static void ShouldBeInOrder(System.Text.Json.JsonElement element)
    {
        if (element.ValueKind == System.Text.Json.JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray()) ShouldBeInOrder(item);
            return;
        }
        if (element.ValueKind != System.Text.Json.JsonValueKind.Object) return;
        var names = element.EnumerateObject().Select(p => p.Name).ToList();
        names.ShouldBe(names.Order(StringComparer.Ordinal));
        foreach (var property in element.EnumerateObject()) ShouldBeInOrder(property.Value);
    }
}
