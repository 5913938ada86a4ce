using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;

namespace EstoSpaces.Payments;

/// <summary>Intent: the payer pays in a form of our page. Page: he is sent to a page of the provider's. Escrow: his wallet pays into a contract.</summary>
public enum AttemptKind { Intent, Page, Escrow }

/// <summary>Opening: the provider may or may not have heard of it. Replacing: it is being closed so that another can be opened.</summary>
public enum AttemptStatus { Opening, Open, Replacing, Succeeded, Closed }

/// <summary>What was opened at the provider for a payment. Its number goes along in the provider's metadata, so that the provider's word finds it also when the answer to opening it was lost.</summary>
public sealed class PaymentAttempt
{
    private PaymentAttempt() { }

    public PaymentId PaymentId { get; private set; }
    public int Attempt { get; private set; }
    public AttemptKind Kind { get; private set; }
    public AttemptStatus Status { get; private set; }
    public string? ProviderId { get; private set; }
    public string? ClientSecret { get; private set; }

    /// <summary>Where the payer goes: the provider's page, or his bank's.</summary>
    public string? RedirectUrl { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When the provider was last heard, in system time.</summary>
    public DateTimeOffset CheckedAt { get; private set; }

    public bool IsLive => Status is AttemptStatus.Opening or AttemptStatus.Open or AttemptStatus.Replacing;

    public static PaymentAttempt Start(PaymentId payment, int attempt, AttemptKind kind, DateTimeOffset now) =>
        new() { PaymentId = payment, Attempt = attempt, Kind = kind, Status = AttemptStatus.Opening, CreatedAt = now, CheckedAt = TimeProvider.System.GetUtcNow() };

    /// <summary>The provider has opened it.</summary>
    public void Opened(string providerId, string? clientSecret, string? pageUrl)
    {
        if (Status is AttemptStatus.Opening) Status = AttemptStatus.Open;
        (ProviderId, ClientSecret) = (providerId, clientSecret ?? ClientSecret);
        if (Kind is AttemptKind.Page) RedirectUrl = pageUrl ?? RedirectUrl;
    }

    /// <summary>Another will take its place once no money can come by this one.</summary>
    public void Replace() => Status = AttemptStatus.Replacing;

    /// <summary>It was given up here, but the provider can't close it: it is the one to pay by again.</summary>
    public void Reopen() => Status = AttemptStatus.Open;

    public void Hear(AttemptStatus status, string? redirectUrl)
    {
        Status = status is AttemptStatus.Open && Status is AttemptStatus.Replacing ? Status : status;
        CheckedAt = TimeProvider.System.GetUtcNow();
        if (Kind is AttemptKind.Intent) RedirectUrl = redirectUrl;
    }
}

/// <summary>Why money goes back. Escrow: the contract gave it back without our asking, by a ruling or at the call of guest or host.</summary>
public enum RefundKind { Cancellation, LatePayment, Admin, Escrow }

public enum RefundStatus { Pending, Succeeded, Failed }

/// <summary>Money on its way back to the payer. The row comes first, the provider is asked afterwards, as often as it takes.</summary>
public sealed class Refund
{
    private Refund() { }

    public RefundId Id { get; private set; }
    public PaymentId PaymentId { get; private set; }
    public BookingId BookingId { get; private set; }
    public RefundKind Kind { get; private set; }
    public RefundStatus Status { get; private set; }
    public long AmountMinor { get; private set; }
    public string Currency { get; private set; } = "";
    public long HostSubtotalMinor { get; private set; }
    public long GuestFeeMinor { get; private set; }
    public long GuestFeeVatMinor { get; private set; }
    public long TaxMinor { get; private set; }

    /// <summary>What the platform bears itself, because the stay was settled before.</summary>
    public long GoodwillMinor { get; private set; }

    public string Reason { get; private set; } = "";
    public UserId? RequestedBy { get; private set; }
    public string? ProviderId { get; private set; }

    /// <summary>Counts the refunds that were tried at the provider; a new one only after the last has failed for good.</summary>
    public int Attempt { get; private set; }

    /// <summary>How often the provider could not be reached.</summary>
    public int Tries { get; set; }

    public string? Failure { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? SucceededAt { get; private set; }

    /// <summary>When the booking was cancelled: what chose the amount.</summary>
    public DateTimeOffset? CancelledAt { get; private set; }

    public string? TxHash { get; private set; }

    public MoneyParts Parts => new(HostSubtotalMinor, GuestFeeMinor, GuestFeeVatMinor, TaxMinor);
    public Money Amount => new(AmountMinor, Currency);

    public static Refund Promise(Payment payment, RefundKind kind, MoneyParts parts, long goodwillMinor, string reason, UserId? by, DateTimeOffset now, DateTimeOffset? cancelledAt = null) => new()
    {
        Id = RefundId.New(), PaymentId = payment.Id, BookingId = payment.BookingId, Kind = kind, Status = RefundStatus.Pending, AmountMinor = parts.Total + goodwillMinor, Currency = payment.Currency,
        HostSubtotalMinor = parts.HostSubtotal, GuestFeeMinor = parts.GuestFee, GuestFeeVatMinor = parts.GuestFeeVat, TaxMinor = parts.Tax, GoodwillMinor = goodwillMinor,
        Reason = reason, RequestedBy = by, Attempt = 1, CreatedAt = now, CancelledAt = cancelledAt,
    };

    public void Heard(string? providerId, string? txHash = null) => (ProviderId, TxHash) = (providerId ?? ProviderId, txHash ?? TxHash);

    /// <summary>Less goes back than was promised, because the contract said so.</summary>
    public void Reduce(long amountMinor)
    {
        var parts = Parts.Spread(Math.Min(amountMinor, Parts.Total));
        (HostSubtotalMinor, GuestFeeMinor, GuestFeeVatMinor, TaxMinor) = (parts.HostSubtotal, parts.GuestFee, parts.GuestFeeVat, parts.Tax);
        (AmountMinor, GoodwillMinor) = (amountMinor, amountMinor - parts.Total);
    }

    public void Succeed(DateTimeOffset now) => (Status, SucceededAt, Failure) = (RefundStatus.Succeeded, now, null);

    public void Fail(string failure) => (Status, Failure) = (RefundStatus.Failed, failure);

    /// <summary>Another try after the provider refused or returned the last one.</summary>
    public void TryAgain() => (Status, Attempt, Tries, ProviderId, SucceededAt) = (RefundStatus.Pending, Attempt + 1, 0, null, null);
}

public enum PayoutStatus { Pending, Due, Paid, Cancelled }

/// <summary>What the host of a booking gets, and why it waits.</summary>
public sealed class Payout
{
    public required BookingId BookingId { get; init; }
    public required PaymentId PaymentId { get; init; }
    public required UserId HostId { get; init; }
    public required string BookingReference { get; init; }
    public required string PropertyTitle { get; init; }
    public required DateOnly CheckIn { get; init; }
    public required DateOnly CheckOut { get; init; }
    public required long AmountMinor { get; set; }
    public required string Currency { get; init; }
    public required PayoutStatus Status { get; set; }
    public required string Reason { get; set; }
    public DateTimeOffset? AvailableAt { get; set; }
    public string? TxHash { get; set; }
    public DateTimeOffset? PaidAt { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
}
