using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Events;

namespace EstoSpaces.Contracts.Payments;

public enum PaymentMethod { Card, Eth }

/// <summary>How a guest may pay for a booking. WhyNotEth: the code of the refusal that a wallet would meet, e.g. host_takes_no_ether; null when one can pay.</summary>
public sealed record PaymentWays(bool Card, bool Eth, string? WhyNotEth);

/// <summary>RequiresAction: the payer must do something (3-D Secure, or enter a card). Processing: the provider hasn't decided.</summary>
public enum PaymentStatus { RequiresPaymentMethod, RequiresAction, Processing, Succeeded, Failed, Cancelled, PartiallyRefunded, Refunded }

/// <summary>A payment as its payer sees it. ClientSecret and PublishableKey are for the provider's form in the page.</summary>
public sealed record PaymentView
{
    public required PaymentId Id { get; init; }
    public required BookingId BookingId { get; init; }
    public required PaymentMethod Method { get; init; }
    public required PaymentStatus Status { get; init; }
    public required Money Amount { get; init; }
    public required Money Refunded { get; init; }

    /// <summary>stripe, ethereum</summary>
    public required string Provider { get; init; }

    public string? ClientSecret { get; init; }
    public string? PublishableKey { get; init; }

    /// <summary>Where the provider's script is, e.g. its v3 address.</summary>
    public string? ScriptUrl { get; init; }

    /// <summary>Where the payer is sent to prove himself, when Status is RequiresAction and the provider wants a redirect.</summary>
    public string? RedirectUrl { get; init; }

    /// <summary>Why it failed: the provider's decline code, e.g. card_declined, insufficient_funds.</summary>
    public string? FailureCode { get; init; }

    public string? FailureMessage { get; init; }

    /// <summary>For payments from a wallet, to payer and host: what to send, and where the money is. Null when the chain can't be asked right now.</summary>
    public Blockchain.EscrowView? Escrow { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public IReadOnlyList<RefundView> Refunds { get; init; } = [];
}

/// <summary>Status: pending, succeeded, failed. TxHash: the transaction that credited it to a wallet.</summary>
public sealed record RefundView(RefundId Id, Money Amount, string Status, string Reason, DateTimeOffset CreatedAt, string? TxHash = null);

/// <summary>An invoice or credit note. Lines are the frozen quote's.</summary>
public sealed record InvoiceView(InvoiceId Id, string Number, string Kind, BookingId BookingId, PaymentId PaymentId, string BookingReference, string PropertyTitle, DateOnly CheckIn, DateOnly CheckOut,
    IReadOnlyList<Properties.QuoteLine> Lines, Money Total, DateTimeOffset IssuedAt);

/// <summary>What a host will get or got for a booking, and why it waits. Status: pending, due, paid, cancelled.</summary>
public sealed record PayoutView(BookingId BookingId, string BookingReference, string PropertyTitle, DateOnly CheckIn, DateOnly CheckOut, Money Amount, string Status, string Reason, DateTimeOffset? AvailableAt);

/// <summary>The money is in: the card was charged, or the deposit is confirmed. SucceededAt of a wallet's is its block's time, and TxHash the deposit's.</summary>
[EventType("estospaces.payments.payment_succeeded.v1")]
public sealed record PaymentSucceeded(PaymentId PaymentId, BookingId BookingId, UserId GuestId, PaymentMethod Method, Money Amount, DateTimeOffset SucceededAt, string? TxHash = null) : IEvent
{
    public string Subject => PaymentId.ToString();
}

[EventType("estospaces.payments.payment_failed.v1")]
public sealed record PaymentFailed(PaymentId PaymentId, BookingId BookingId, UserId GuestId, string FailureCode, string FailureMessage) : IEvent
{
    public string Subject => PaymentId.ToString();
}

/// <summary>
/// A deposit from a wallet is on the chain, but not deep enough to count yet: the nights should wait for it. PaidAt is its block's time. Told again when the block was dropped and the deposit came back in another.
/// </summary>
[EventType("estospaces.payments.payment_processing.v1")]
public sealed record PaymentProcessing(PaymentId PaymentId, BookingId BookingId, UserId GuestId, PaymentMethod Method, DateTimeOffset PaidAt, string? TxHash = null) : IEvent
{
    public string Subject => PaymentId.ToString();
}

/// <summary>The guest cancelled from his own wallet, at the escrow contract and past all services: the booking ended at CancelledAt, and Refund is his already.</summary>
[EventType("estospaces.payments.payment_cancelled_by_payer.v1")]
public sealed record PaymentCancelledByPayer(PaymentId PaymentId, BookingId BookingId, UserId GuestId, DateTimeOffset CancelledAt, Money Refund, string TxHash) : IEvent
{
    public string Subject => PaymentId.ToString();
}

/// <summary>Guest or operator dispute what becomes of the money: nothing of it moves until a ruling. By: guest, operator.</summary>
[EventType("estospaces.payments.payment_disputed.v1")]
public sealed record PaymentDisputed(PaymentId PaymentId, BookingId BookingId, string By, DateTimeOffset At) : IEvent
{
    public string Subject => PaymentId.ToString();
}

/// <summary>Who divided the money otherwise than by a cancellation or the end of the stay.</summary>
public enum PaymentDivider { Arbiter, Host, Guest }

/// <summary>
/// All money of a booking was divided at the escrow contract: by the arbiter of a dispute, by the host, who gave everything back from his own wallet, or by the guest, who took it back when nobody had decided
/// for 60 days. The amounts are credited already; what neither got is the platform's.
/// </summary>
[EventType("estospaces.payments.payment_divided.v1")]
public sealed record PaymentDivided(PaymentId PaymentId, BookingId BookingId, PaymentDivider By, Money ToGuest, Money ToHost, DateTimeOffset At, string TxHash) : IEvent
{
    public string Subject => PaymentId.ToString();
}

/// <summary>Money went back to the payer: to his card, or credited to his wallet by the transaction TxHash.</summary>
[EventType("estospaces.payments.refund_succeeded.v1")]
public sealed record RefundSucceeded(RefundId RefundId, PaymentId PaymentId, BookingId BookingId, UserId GuestId, Money Amount, string Reason, PaymentMethod Method = PaymentMethod.Card, string? TxHash = null) : IEvent
{
    public string Subject => PaymentId.ToString();
}

[EventType("estospaces.payments.invoice_issued.v1")]
public sealed record InvoiceIssued(InvoiceView Invoice, UserId GuestId) : IEvent
{
    public string Subject => Invoice.PaymentId.ToString();
}
