namespace EstoSpaces.Contracts.Properties;

/// <summary>What a line of a quote is for.</summary>
public enum QuoteLineKind { Nights, LengthDiscount, CleaningFee, ExtraGuestFee, PetFee, GuestFee, GuestFeeVat, Tax }

/// <summary>One line of the price. <c>Label</c> names the tax or the discount ("weekly", "City tax"); Quantity × UnitMinor explains the amount where it can.</summary>
public sealed record QuoteLine(QuoteLineKind Kind, string? Label, int? Quantity, long? UnitMinor, long AmountMinor);

/// <summary>One night's price and why it is so.</summary>
public sealed record NightPrice(DateOnly Date, long AmountMinor, string Reason);

/// <summary>
/// What a cancellation until and including <c>Until</c> gives back (the next tier follows). RefundMinor = HostSubtotalRefundMinor + GuestFeeRefundMinor + TaxRefundMinor;
/// what the host keeps is the rest of the host subtotal.
/// </summary>
public sealed record RefundTier(DateTimeOffset Until, long RefundMinor, long HostSubtotalRefundMinor, long GuestFeeRefundMinor, long TaxRefundMinor, string Label);

/// <summary>Everything back within Hours of confirmation, if confirmed by ConfirmedBefore (seven days before check-in).</summary>
public sealed record RefundGrace(int Hours, DateTimeOffset ConfirmedBefore);

/// <summary>
/// The frozen quote: line items, refund tiers with their dates and a hash of both. Checkout, cancellation, invoice, card payment and escrow all use it.
/// Money in minor units of Currency. The hash is SHA-256 over the canonical JSON of everything that binds the parties.
/// </summary>
public sealed record Quote
{
    public required PropertyId PropertyId { get; init; }
    public required UserId HostId { get; init; }
    public required DateOnly CheckIn { get; init; }
    public required DateOnly CheckOut { get; init; }
    public required int Nights { get; init; }
    public required GuestParty Guests { get; init; }
    public required string Currency { get; init; }
    public required IReadOnlyList<NightPrice> NightPrices { get; init; }
    public required IReadOnlyList<QuoteLine> Lines { get; init; }
    public required long HostSubtotalMinor { get; init; }
    public required long GuestFeeMinor { get; init; }
    public required long GuestFeeVatMinor { get; init; }
    public required long TaxMinor { get; init; }
    public required long TotalMinor { get; init; }
    public required long DepositMinor { get; init; }
    public required long HostFeeMinor { get; init; }
    public required long PayoutMinor { get; init; }
    public required CancellationPolicy Policy { get; init; }

    /// <summary>In the order of time; the first whose Until has not passed applies. After the last nothing is refunded.</summary>
    public required IReadOnlyList<RefundTier> RefundTiers { get; init; }

    public required RefundGrace Grace { get; init; }

    /// <summary>Check-in and check-out as instants, from the listing's time zone and times.</summary>
    public required DateTimeOffset CheckInAt { get; init; }

    public required DateTimeOffset CheckOutAt { get; init; }
    public required string TimeZone { get; init; }
    public required string Hash { get; init; }
}
