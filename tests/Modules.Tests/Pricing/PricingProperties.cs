using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Pricing;

/// <summary>What holds for every listing, stay and party: sums agree, refunds never grow with time or exceed what was paid, search's number is the quote's.</summary>
public sealed class PricingProperties
{
    private sealed record Case(PricedListing Listing, PlatformFees Fees, DateRange Stay, GuestParty Guests, DateOnly Today)
    {
        public Quote Quote() => QuoteCalculator.Quote(Listing, Fees, Stay, Guests, Today);
    }

    [Fact]
    public void The_lines_sum_up_to_the_total() => Holds(c =>
    {
        var quote = c.Quote();
        quote.Lines.Sum(l => l.AmountMinor).ShouldBe(quote.TotalMinor);
        quote.NightPrices.Sum(n => n.AmountMinor).ShouldBe(quote.Lines[0].AmountMinor);
        quote.NightPrices.Count.ShouldBe(quote.Nights);
        quote.Lines.Where(l => l.Kind is not (QuoteLineKind.GuestFee or QuoteLineKind.GuestFeeVat or QuoteLineKind.Tax)).Sum(l => l.AmountMinor).ShouldBe(quote.HostSubtotalMinor);
        (quote.PayoutMinor + quote.HostFeeMinor).ShouldBe(quote.HostSubtotalMinor);
        quote.Lines.Where(l => l is { Quantity: not null, UnitMinor: not null }).ShouldAllBe(l => l.Quantity * l.UnitMinor == l.AmountMinor);
        quote.HostSubtotalMinor.ShouldBeGreaterThanOrEqualTo(0);
    });

    [Fact]
    public void The_total_of_search_is_the_total_of_the_quote() =>
        Holds(c => QuoteCalculator.TotalOnly(c.Listing.Price, c.Fees, c.Stay, c.Guests, c.Today).ShouldBe(c.Quote().TotalMinor));

    [Fact]
    public void Refund_tiers_follow_each_other_and_only_sink() => Holds(c =>
    {
        var quote = c.Quote();
        foreach (var (earlier, later) in quote.RefundTiers.Zip(quote.RefundTiers.Skip(1)))
        {
            later.Until.ShouldBeGreaterThan(earlier.Until);
            later.HostSubtotalRefundMinor.ShouldBeLessThanOrEqualTo(earlier.HostSubtotalRefundMinor);
            later.TaxRefundMinor.ShouldBeLessThanOrEqualTo(earlier.TaxRefundMinor);
            later.RefundMinor.ShouldBeLessThan(earlier.RefundMinor);
        }
        foreach (var tier in quote.RefundTiers)
        {
            tier.RefundMinor.ShouldBe(tier.HostSubtotalRefundMinor + tier.GuestFeeRefundMinor + tier.TaxRefundMinor);
            tier.RefundMinor.ShouldBeInRange(1, quote.TotalMinor);
            tier.HostSubtotalRefundMinor.ShouldBeInRange(0, quote.HostSubtotalMinor);
            tier.TaxRefundMinor.ShouldBeInRange(0, quote.TaxMinor);
            tier.GuestFeeRefundMinor.ShouldBe(0);
            tier.Until.ShouldBeLessThan(quote.CheckOutAt.AddDays(1));
        }
    });

    [Fact]
    public void A_refund_and_what_the_host_keeps_are_never_more_than_was_paid() => Holds(c =>
    {
        var quote = c.Quote();
        var confirmed = quote.CheckInAt.AddDays(-20);
        var before = long.MaxValue;
        for (var now = confirmed; now < quote.CheckOutAt.AddDays(2); now = now.AddHours(7))
        {
            var refund = Refund.At(quote, confirmed, now);
            refund.RefundMinor.ShouldBeInRange(0, Math.Min(before, quote.TotalMinor));
            (refund.Breakdown.HostSubtotalMinor + refund.HostKeepsMinor).ShouldBe(quote.HostSubtotalMinor);
            before = refund.RefundMinor;
        }
        before.ShouldBe(0);
    });

    [Fact]
    public void The_same_stay_has_the_same_hash_and_another_has_another() => Holds(c =>
    {
        var quote = c.Quote();
        quote.Hash.ShouldBe(c.Quote().Hash);
        (c with { Listing = c.Listing with { Price = c.Listing.Price with { DepositMinor = c.Listing.Price.DepositMinor + 1 } } }).Quote().Hash.ShouldNotBe(quote.Hash);
    });

    [Fact]
    public void Pricing_a_search_result_allocates_nothing()
    {
        var guests = new GuestParty(3, Pets: 1);
        var price = WorkedExample.Price with { DatePrices = new Dictionary<DateOnly, long> { [new(2026, 9, 5)] = 1 } };
        var sum = QuoteCalculator.TotalOnly(price, WorkedExample.Fees, WorkedExample.Stay, guests, WorkedExample.BookedOn);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) sum += QuoteCalculator.TotalOnly(price, WorkedExample.Fees, WorkedExample.Stay, guests, WorkedExample.BookedOn);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        sum.ShouldBePositive();
    }

    private static void Holds(Action<Case> property) => Prop.ForAll(Cases().ToArbitrary(), property).QuickCheckThrowOnFailure();

    private static Gen<Case> Cases() =>
        from price in Prices()
        from policy in Gen.Elements(Enum.GetValues<CancellationPolicy>())
        from zone in Gen.Elements("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago", "Pacific/Kiritimati")
        from checkInHour in Gen.Choose(0, 23)
        from first in Gen.Choose(0, 900)
        from nights in Gen.Frequency((6, Gen.Choose(1, 10)), (1, Gen.Choose(20, 40)), (1, Gen.Choose(60, 120)))
        from ahead in Gen.Choose(0, 200)
        from adults in Gen.Choose(1, 8)
        from children in Gen.Choose(0, 3)
        from pets in Gen.Choose(0, 2)
        from fees in Gen.Elements(new PlatformFees(), new PlatformFees(0, 0), new PlatformFees(1_433, 317, 2_300))
        let checkIn = new DateOnly(2026, 1, 1).AddDays(first)
        let rules = new StayRules { CancellationPolicy = policy, CheckInTime = new TimeOnly(checkInHour, 0) }
        select new Case(new PricedListing(PropertyId.From(Guid.Empty), UserId.From(Guid.Empty), zone, rules, price), fees, new DateRange(checkIn, checkIn.AddDays(nights)),
            new GuestParty(adults, children, 0, pets), checkIn.AddDays(-ahead));

    private static Gen<PriceRules> Prices() =>
        from night in Gen.Choose(1, 300_000)
        from weekend in Gen.Elements<long?>(null, night + 31L, 17L)
        from dates in Gen.ListOf(Gen.Choose(0, 900).Zip(Gen.Choose(1, 500_000)), 20)
        from special in Gen.Elements(true, false)
        from weekly in Gen.Elements(0, 500, 1_000, 10_000)
        from monthly in Gen.Elements(0, 2_500, 3_333)
        from early in Gen.Elements<EarlyBirdDiscount?>(null, new EarlyBirdDiscount(60, 777))
        from late in Gen.Elements<LastMinuteDiscount?>(null, new LastMinuteDiscount(5, 1_234))
        from cleaning in Gen.Choose(0, 20_000)
        from included in Gen.Choose(1, 4)
        from extra in Gen.Elements(0L, 1_501L)
        from pet in Gen.Elements(0L, 2_500L)
        from taxes in Gen.ListOf(Taxes(), 2)
        select new PriceRules
        {
            Currency = "EUR", BaseNightMinor = night, WeekendNightMinor = weekend,
            DatePrices = special ? dates.DistinctBy(d => d.Item1).ToDictionary(d => new DateOnly(2026, 1, 1).AddDays(d.Item1), d => (long)d.Item2) : new Dictionary<DateOnly, long>(),
            WeeklyDiscountBps = weekly, MonthlyDiscountBps = monthly, EarlyBird = early, LastMinute = late, CleaningFeeMinor = cleaning, IncludedGuests = included,
            ExtraGuestFeeMinor = extra, PetFeeMinor = pet, Taxes = [.. taxes],
        };

    private static Gen<TaxRule> Taxes() =>
        from kind in Gen.Elements(Enum.GetValues<TaxKind>())
        from of in Gen.Elements(Enum.GetValues<TaxBase>())
        from bps in Gen.Choose(0, 2_100)
        from amount in Gen.Choose(0, 700)
        from maxNights in Gen.Elements<int?>(null, 5)
        from maxAmount in Gen.Elements<long?>(null, 3_000)
        from exempt in Gen.Elements<int?>(null, 30)
        select new TaxRule("tax", kind, bps, amount, of, maxNights, maxAmount, exempt);
}
