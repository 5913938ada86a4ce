namespace EstoSpaces.Contracts.Properties;

/// <summary>How a listing is priced. All amounts in minor units of <c>Currency</c>; percentages in basis points (10 % is 1000).</summary>
public sealed record PriceRules
{
    public required string Currency { get; init; }
    public required long BaseNightMinor { get; init; }

    /// <summary>Friday and Saturday nights; null: as the base.</summary>
    public long? WeekendNightMinor { get; init; }

    /// <summary>Prices of single nights; they win over weekend and base.</summary>
    public IReadOnlyDictionary<DateOnly, long> DatePrices { get; init; } = new Dictionary<DateOnly, long>();

    public int WeeklyDiscountBps { get; init; }
    public int MonthlyDiscountBps { get; init; }
    public EarlyBirdDiscount? EarlyBird { get; init; }
    public LastMinuteDiscount? LastMinute { get; init; }
    public long CleaningFeeMinor { get; init; }
    public int IncludedGuests { get; init; } = 1;

    /// <summary>Per night and guest above <see cref="IncludedGuests"/>.</summary>
    public long ExtraGuestFeeMinor { get; init; }

    /// <summary>Per stay, when a pet comes.</summary>
    public long PetFeeMinor { get; init; }

    /// <summary>Refundable; stands apart from the total.</summary>
    public long DepositMinor { get; init; }

    public IReadOnlyList<TaxRule> Taxes { get; init; } = [];
}

/// <summary>Applies when booked at least this many days before check-in.</summary>
public sealed record EarlyBirdDiscount(int DaysBefore, int DiscountBps);

/// <summary>Applies when booked at most this many days before check-in.</summary>
public sealed record LastMinuteDiscount(int DaysBefore, int DiscountBps);

/// <summary>How a local tax is computed.</summary>
public enum TaxKind { Percent, PerNight, PerGuestNight }

/// <summary>What a percentage tax is taken of.</summary>
public enum TaxBase { Nights, HostSubtotal, Total }

/// <summary>
/// A local tax. <c>Percent</c> uses RateBps of TaxBase; the others AmountMinor a night (a guest-night counts adults).
/// MaxNights caps the nights that are taxed, MaxAmountMinor the tax of the stay; stays of ExemptFromNights or more are exempt.
/// </summary>
public sealed record TaxRule(string Name, TaxKind Kind, int RateBps = 0, long AmountMinor = 0, TaxBase TaxBase = TaxBase.Nights,
    int? MaxNights = null, long? MaxAmountMinor = null, int? ExemptFromNights = null);

/// <summary>What the platform adds and keeps, in basis points.</summary>
public sealed record PlatformFees(int GuestFeeBps = 1400, int HostFeeBps = 300, int GuestFeeVatBps = 0);

public enum CancellationPolicy { Flexible, Moderate, Limited, Firm, Strict, LongStay }
