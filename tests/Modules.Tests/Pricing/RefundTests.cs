using System.Globalization;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Pricing;

public sealed class RefundTests
{
    /// <summary>So long ago that grace is over whenever the cancellation comes.</summary>
    private static readonly DateTimeOffset LongAgo = At("2026-01-01T00:00:00Z");

    private static DateTimeOffset At(string instant) => DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture);

    [Fact]
    public void The_worked_example_under_firm_cancelled_ten_days_before_gives_471_65_back()
    {
        var quote = WorkedExample.Quote(CancellationPolicy.Firm);
        var refund = Refund.At(quote, LongAgo, quote.CheckInAt.AddDays(-10));
        refund.RefundMinor.ShouldBe(471_65);
        (refund.Breakdown.HostSubtotalMinor, refund.Breakdown.GuestFeeMinor, refund.Breakdown.TaxMinor).ShouldBe((437_00, 0, 34_65));
        refund.HostKeepsMinor.ShouldBe(437_00);
        refund.Reason.ShouldBe("half_kept");
        refund.Until.ShouldBe(At("2026-08-28T14:00:00Z"));
    }

    // The worked example: host subtotal 874.00 = nights 684.00 (after the discount) + extra guest 105.00 + cleaning 60.00 + pet 25.00; tax 34.65.
    // Nights with their share of the discount and of the extra guest: Fri, Sat 132.00 each, the others 105.00. Check-in Fri 4 Sept 15:00 in Lisbon (14:00 UTC).
    [Theory]
    [InlineData(CancellationPolicy.Flexible, "2026-09-03T14:00:00Z", 874_00, 34_65)] // exactly 24 h before
    [InlineData(CancellationPolicy.Flexible, "2026-09-03T14:00:01Z", 874_00 - 132_00, 34_65)]
    [InlineData(CancellationPolicy.Flexible, "2026-09-04T14:00:00Z", 874_00 - 132_00, 34_65)]
    [InlineData(CancellationPolicy.Flexible, "2026-09-04T14:00:01Z", 789_00 - 264_00, 29_70)] // one night begun: it, the next, cleaning and pet are the host's
    [InlineData(CancellationPolicy.Flexible, "2026-09-06T20:00:00Z", 789_00 - 264_00 - 210_00, 19_80)]
    [InlineData(CancellationPolicy.Flexible, "2026-09-09T20:00:00Z", 0, 4_95)] // six begun, the seventh is the one night more
    [InlineData(CancellationPolicy.Flexible, "2026-09-10T14:00:01Z", 0, 0)]
    [InlineData(CancellationPolicy.Moderate, "2026-08-30T14:00:00Z", 874_00, 34_65)]
    [InlineData(CancellationPolicy.Moderate, "2026-08-30T14:00:01Z", 85_00 + 328_50, 34_65)] // first night and half of 657.00 kept
    [InlineData(CancellationPolicy.Moderate, "2026-09-04T14:00:01Z", 262_50, 29_70)] // two nights and half of 525.00
    [InlineData(CancellationPolicy.Limited, "2026-08-21T14:00:00Z", 874_00, 34_65)]
    [InlineData(CancellationPolicy.Limited, "2026-08-21T14:00:01Z", 437_00, 34_65)]
    [InlineData(CancellationPolicy.Limited, "2026-08-28T14:00:00Z", 437_00, 34_65)]
    [InlineData(CancellationPolicy.Limited, "2026-08-28T14:00:01Z", 0, 34_65)]
    [InlineData(CancellationPolicy.Firm, "2026-08-05T14:00:00Z", 874_00, 34_65)]
    [InlineData(CancellationPolicy.Firm, "2026-08-05T14:00:01Z", 437_00, 34_65)]
    [InlineData(CancellationPolicy.Firm, "2026-08-28T14:00:01Z", 0, 34_65)]
    [InlineData(CancellationPolicy.Firm, "2026-09-04T14:00:01Z", 0, 29_70)]
    [InlineData(CancellationPolicy.Strict, "2026-06-01T00:00:00Z", 437_00, 34_65)]
    [InlineData(CancellationPolicy.Strict, "2026-08-28T14:00:00Z", 437_00, 34_65)]
    [InlineData(CancellationPolicy.Strict, "2026-08-28T14:00:01Z", 0, 34_65)]
    [InlineData(CancellationPolicy.LongStay, "2026-08-05T14:00:00Z", 874_00, 34_65)]
    [InlineData(CancellationPolicy.LongStay, "2026-08-05T14:00:01Z", 85_00, 34_65)] // a short stay under long stay: the next 30 nights are all of them
    public void Every_policy_gives_back_what_it_says(CancellationPolicy policy, string now, long hostSubtotal, long tax)
    {
        var refund = Refund.At(WorkedExample.Quote(policy), LongAgo, At(now));
        (refund.Breakdown.HostSubtotalMinor, refund.Breakdown.GuestFeeMinor, refund.Breakdown.TaxMinor).ShouldBe((hostSubtotal, 0, tax));
        refund.RefundMinor.ShouldBe(hostSubtotal + tax);
    }

    [Theory]
    [InlineData(27, CancellationPolicy.Firm)]
    [InlineData(28, CancellationPolicy.LongStay)]
    public void Stays_of_28_nights_go_by_the_long_stay_policy(int nights, CancellationPolicy expected) => WorkedExample.Plain(CancellationPolicy.Firm, nights).Policy.ShouldBe(expected);

    [Theory]
    [InlineData("2026-08-05T14:00:00Z", 6_040_00)] // 30 days before
    [InlineData("2026-08-05T14:00:01Z", 3_040_00)] // the first 30 of 60 nights
    [InlineData("2026-09-04T14:00:01Z", 2_900_00)] // one begun, 30 more; the cleaning too
    [InlineData("2026-09-13T20:00:00Z", 2_000_00)] // ten begun
    [InlineData("2026-10-03T13:00:00Z", 100_00)]
    [InlineData("2026-10-03T14:00:01Z", 0)]
    public void Of_a_long_stay_the_host_keeps_the_next_30_nights(string now, long hostSubtotal) =>
        Refund.At(WorkedExample.Plain(CancellationPolicy.Flexible, 60), LongAgo, At(now)).Breakdown.HostSubtotalMinor.ShouldBe(hostSubtotal);

    [Fact]
    public void Within_grace_everything_comes_back_the_fee_too()
    {
        var quote = WorkedExample.Quote(CancellationPolicy.Strict);
        var confirmed = quote.CheckInAt.AddDays(-7);
        var refund = Refund.At(quote, confirmed, confirmed.AddHours(24));
        (refund.RefundMinor, refund.HostKeepsMinor, refund.Reason, refund.Until).ShouldBe((1_031_01, 0, "grace", confirmed.AddHours(24)));
        Refund.At(quote, confirmed, confirmed.AddHours(24).AddSeconds(1)).RefundMinor.ShouldBe(34_65);
        Refund.At(quote, confirmed.AddSeconds(1), confirmed.AddHours(1)).Reason.ShouldBe("all_kept"); // confirmed less than seven days before
        Refund.At(quote, null, quote.CheckInAt.AddDays(-40)).Reason.ShouldBe("half_kept");
    }

    [Fact]
    public void Grace_gives_back_the_vat_of_the_fee()
    {
        var quote = QuoteCalculator.Quote(WorkedExample.Listing(), new PlatformFees(1_400, 300, 2_300), WorkedExample.Stay, WorkedExample.Guests, WorkedExample.BookedOn);
        var refund = Refund.At(quote, LongAgo, LongAgo);
        refund.RefundMinor.ShouldBe(quote.TotalMinor);
        refund.Breakdown.GuestFeeMinor.ShouldBe(quote.GuestFeeMinor + quote.GuestFeeVatMinor);
    }

    [Fact]
    public void Days_before_keep_the_wall_clock_when_the_clocks_change_and_24_hours_dont()
    {
        // Berlin leaves summer time on 25 October 2026 at 03:00: the day has 25 hours.
        var firm = WorkedExample.Plain(CancellationPolicy.Firm, 3, "Europe/Berlin", new DateOnly(2026, 10, 27));
        firm.CheckInAt.ShouldBe(At("2026-10-27T14:00:00Z"));
        firm.RefundTiers.Select(t => t.Until).Take(2).ShouldBe([At("2026-09-27T13:00:00Z"), At("2026-10-20T13:00:00Z")]);
        firm.Grace.ConfirmedBefore.ShouldBe(At("2026-10-20T13:00:00Z"));
        var flexible = WorkedExample.Plain(CancellationPolicy.Flexible, 3, "Europe/Berlin", new DateOnly(2026, 10, 25));
        flexible.RefundTiers[0].Until.ShouldBe(At("2026-10-24T14:00:00Z")); // 24 elapsed hours: 16:00 on the clock
    }

    [Fact]
    public void A_check_in_time_that_the_clocks_skip_is_an_hour_later()
    {
        var zone = ListingTime.Zone("Europe/Berlin");
        ListingTime.At(zone, new(2026, 3, 29), new(2, 30)).ShouldBe(At("2026-03-29T01:30:00Z")); // 03:30 summer time
        ListingTime.At(zone, new(2026, 10, 25), new(2, 30)).ShouldBe(At("2026-10-25T00:30:00Z")); // the first of two
        ListingTime.At(ListingTime.Zone("Australia/Lord_Howe"), new(2026, 10, 4), new(2, 15)).ShouldBe(At("2026-10-03T15:45:00Z")); // half an hour skipped
    }

    [Fact]
    public void After_check_in_each_night_is_counted_from_the_check_in_time()
    {
        var quote = WorkedExample.Plain(CancellationPolicy.Flexible, 5, price: new PriceRules { Currency = "EUR", BaseNightMinor = 100_00 });
        quote.RefundTiers.Select(t => (t.Until, t.HostSubtotalRefundMinor)).ShouldBe(
        [
            (At("2026-09-03T14:00:00Z"), 500_00), (At("2026-09-04T14:00:00Z"), 400_00), (At("2026-09-05T14:00:00Z"), 300_00), (At("2026-09-06T14:00:00Z"), 200_00),
            (At("2026-09-07T14:00:00Z"), 100_00),
        ]);
    }

    [Fact]
    public void A_tax_capped_on_fewer_nights_comes_back_in_proportion_to_the_unused_nights()
    {
        var price = new PriceRules { Currency = "EUR", BaseNightMinor = 100_00, Taxes = [new("tax", TaxKind.PerNight, AmountMinor: 1_00, MaxNights: 3)] };
        var quote = WorkedExample.Plain(CancellationPolicy.Strict, 7, price: price);
        Refund.At(quote, LongAgo, quote.CheckInAt.AddHours(1)).Breakdown.TaxMinor.ShouldBe(2_57); // 3.00 less 3.00 × 1/7
    }

    [Theory]
    [InlineData("2026-08-05T14:00:00Z", 87_40)]
    [InlineData("2026-08-05T14:00:01Z", 218_50)]
    [InlineData("2026-09-02T14:00:00Z", 218_50)]
    [InlineData("2026-09-02T14:00:01Z", 437_00)]
    public void A_host_who_cancels_pays_more_the_later_it_is(string now, long fee) => Refund.HostCancelFee(WorkedExample.Quote(), At(now)).ShouldBe(fee);

    [Fact]
    public void A_cancelling_host_pays_at_least_50_and_the_guest_gets_everything()
    {
        var quote = WorkedExample.Plain(CancellationPolicy.Strict, 1);
        Refund.HostCancelFee(quote, LongAgo).ShouldBe(50_00);
        var yen = WorkedExample.Plain(CancellationPolicy.Strict, 1, price: new PriceRules { Currency = "JPY", BaseNightMinor = 100 });
        Refund.HostCancelFee(yen, LongAgo).ShouldBe(50);
        var refund = Refund.ByHost(quote);
        (refund.RefundMinor, refund.HostKeepsMinor).ShouldBe((quote.TotalMinor, 0));
    }
}
