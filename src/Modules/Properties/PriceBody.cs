using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Outcomes;

namespace EstoSpaces.Properties;

/// <summary>Price rules as a host sends them: what is left out is not charged.</summary>
public sealed record PriceBody(string? Currency, long? BaseNightMinor, long? WeekendNightMinor, IReadOnlyDictionary<DateOnly, long>? DatePrices, int? WeeklyDiscountBps, int? MonthlyDiscountBps,
    EarlyBirdDiscount? EarlyBird, LastMinuteDiscount? LastMinute, long? CleaningFeeMinor, int? IncludedGuests, long? ExtraGuestFeeMinor, long? PetFeeMinor, long? DepositMinor,
    IReadOnlyList<TaxRule?>? Taxes) : IChecked
{
    /// <summary>A hundred million of a currency with cents: sums of the longest stay stay far inside a long.</summary>
    private const long MostMinor = 10_000_000_000;
    private const int MostDiscountBps = 9_000, MostTaxBps = 5_000;

    public IEnumerable<Refusal?> Check()
    {
        yield return Checks.Required(Currency, "currency");
        yield return Checks.That(Currencies.IsKnown(Currency), "currency_unknown", $"currency is one of {string.Join(", ", Currencies.All)}.", "currency");
        yield return Checks.Required(BaseNightMinor, "base_night_minor");
        yield return Checks.Range(BaseNightMinor, "base_night_minor", 1, MostMinor);
        yield return Checks.Range(WeekendNightMinor, "weekend_night_minor", 1, MostMinor);
        yield return Checks.That(DatePrices is null || DatePrices.Count <= 1_000, "too_many_date_prices", "At most 1000 dates can have a price of their own.", "date_prices");
        yield return Checks.That(DatePrices is null || DatePrices.Values.All(p => p is >= 1 and <= MostMinor), "field_range", $"Every price must be from 1 to {MostMinor}.", "date_prices");
        yield return Checks.Range(WeeklyDiscountBps, "weekly_discount_bps", 0, MostDiscountBps);
        yield return Checks.Range(MonthlyDiscountBps, "monthly_discount_bps", 0, MostDiscountBps);
        yield return Checks.Range(EarlyBird?.DiscountBps, "early_bird", 0, MostDiscountBps);
        yield return Checks.Range(EarlyBird?.DaysBefore, "early_bird", 1, 730);
        yield return Checks.Range(LastMinute?.DiscountBps, "last_minute", 0, MostDiscountBps);
        yield return Checks.Range(LastMinute?.DaysBefore, "last_minute", 0, 365);
        yield return Checks.Range(CleaningFeeMinor, "cleaning_fee_minor", 0, MostMinor);
        yield return Checks.Range(IncludedGuests, "included_guests", 1, 50);
        yield return Checks.Range(ExtraGuestFeeMinor, "extra_guest_fee_minor", 0, MostMinor);
        yield return Checks.Range(PetFeeMinor, "pet_fee_minor", 0, MostMinor);
        yield return Checks.Range(DepositMinor, "deposit_minor", 0, MostMinor);
        yield return Checks.That(Taxes is null || Taxes.Count <= 10, "too_many_taxes", "At most ten taxes.", "taxes");
        foreach (var tax in Taxes ?? []) yield return Check(tax);
    }

    public PriceRules ToRules() => new()
    {
        Currency = Currency!, BaseNightMinor = BaseNightMinor!.Value, WeekendNightMinor = WeekendNightMinor, DatePrices = DatePrices ?? new Dictionary<DateOnly, long>(),
        WeeklyDiscountBps = WeeklyDiscountBps ?? 0, MonthlyDiscountBps = MonthlyDiscountBps ?? 0, EarlyBird = EarlyBird, LastMinute = LastMinute,
        CleaningFeeMinor = CleaningFeeMinor ?? 0, IncludedGuests = IncludedGuests ?? 1, ExtraGuestFeeMinor = ExtraGuestFeeMinor ?? 0, PetFeeMinor = PetFeeMinor ?? 0,
        DepositMinor = DepositMinor ?? 0, Taxes = [.. (Taxes ?? []).Select(t => t! with { Name = t.Name.Trim() })],
    };

    private static Refusal? Check(TaxRule? tax)
    {
        if (tax is null) return Refusal.Invalid("field_required", "A tax can't be null.", "taxes");
        return Checks.Required(tax.Name, "taxes") ?? Checks.Length(tax.Name, "taxes", 1, 80) ?? Checks.Range(tax.RateBps, "taxes", 0, MostTaxBps) ?? Checks.Range(tax.AmountMinor, "taxes", 0, MostMinor)
            ?? Checks.Range(tax.MaxNights, "taxes", 1, 730) ?? Checks.Range(tax.MaxAmountMinor, "taxes", 0, MostMinor) ?? Checks.Range(tax.ExemptFromNights, "taxes", 1, 730);
    }
}
