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

public sealed record RefundView(RefundId Id, Money Amount, string Status, string Reason, DateTimeOffset CreatedAt);

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

/// <summary>Money went back to the payer.</summary>
[EventType("estospaces.payments.refund_succeeded.v1")]
public sealed record RefundSucceeded(RefundId RefundId, PaymentId PaymentId, BookingId BookingId, UserId GuestId, Money Amount, string Reason) : IEvent
{
    public string Subject => PaymentId.ToString();
}

[EventType("estospaces.payments.invoice_issued.v1")]
public sealed record InvoiceIssued(InvoiceView Invoice, UserId GuestId) : IEvent
{
    public string Subject => Invoice.PaymentId.ToString();
}
