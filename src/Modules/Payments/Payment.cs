using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Payments;

/// <summary>The payment of one booking. Its status moves only by what the provider says; its verbs are called with its row locked.</summary>
public sealed class Payment
{
    private Payment() { }

    public PaymentId Id { get; private set; }
    public BookingId BookingId { get; private set; }
    public string BookingReference { get; private set; } = "";
    public string PropertyTitle { get; private set; } = "";
    public UserId GuestId { get; private set; }
    public UserId HostId { get; private set; }
    public PaymentMethod Method { get; private set; }
    public string Provider { get; private set; } = "";
    public PaymentStatus Status { get; private set; }
    public long AmountMinor { get; private set; }
    public string Currency { get; private set; } = "";

    /// <summary>Refunded or on its way back.</summary>
    public long RefundReservedMinor { get; private set; }

    public long RefundedMinor { get; private set; }
    public Quote Quote { get; private set; } = null!;
    public string? FailureCode { get; private set; }
    public string? FailureMessage { get; private set; }

    /// <summary>Names the failed try, so that it is told once however often the provider mentions it.</summary>
    public string? FailureReference { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? ExpiresAt { get; private set; }
    public DateTimeOffset? SucceededAt { get; private set; }

    /// <summary>When what was held for the stay was given to those it belongs to.</summary>
    public DateTimeOffset? SettledAt { get; private set; }

    /// <summary>The guest's wallet and the host's, when it is paid into an escrow: one payment is one escrow.</summary>
    public string? PayerWallet { get; private set; }

    public string? HostWallet { get; private set; }

    /// <summary>Until then nothing of the escrow goes to host and platform.</summary>
    public DateTimeOffset? ReleaseAt { get; private set; }

    public string? TxHash { get; private set; }
    public DateTimeOffset? DisputedAt { get; private set; }

    /// <summary>All that lay in the escrow is credited to those who get it.</summary>
    public DateTimeOffset? EmptiedAt { get; private set; }

    /// <summary>Another payment of the booking took its place: money that comes all the same goes back.</summary>
    public DateTimeOffset? ReplacedAt { get; private set; }

    public bool HasEscrow => PayerWallet is not null;
    public Money Amount => new(AmountMinor, Currency);

    /// <summary>The money has arrived, whatever was given back since.</summary>
    public bool IsPaid => SucceededAt is not null;

    public bool IsOpen => Status is PaymentStatus.RequiresPaymentMethod or PaymentStatus.RequiresAction or PaymentStatus.Processing;

    public static Payment Start(BookingDue due, PaymentMethod method, string provider, DateTimeOffset now) => new()
    {
        Id = PaymentId.New(), BookingId = due.BookingId, BookingReference = due.Reference, PropertyTitle = due.PropertyTitle, GuestId = due.GuestId, HostId = due.HostId,
        Method = method, Provider = provider, Status = PaymentStatus.RequiresPaymentMethod, AmountMinor = due.Quote.TotalMinor, Currency = due.Quote.Currency, Quote = due.Quote,
        CreatedAt = now, ExpiresAt = due.ExpiresAt,
    };

    /// <summary>Says between whom the escrow will be, and until when it lasts.</summary>
    public Payment Between(string payerWallet, string hostWallet, DateTimeOffset releaseAt)
    {
        (PayerWallet, HostWallet, ReleaseAt) = (payerWallet, hostWallet, releaseAt.ToUniversalTime());
        return this;
    }

    /// <summary>Asking for this method, from this wallet, means this payment.</summary>
    public bool Is(PaymentMethod method, string? wallet) => Method == method && string.Equals(PayerWallet, wallet, StringComparison.OrdinalIgnoreCase);

    /// <summary>The provider has the money, since a time that it may name itself. Null when that was known.</summary>
    public PaymentSucceeded? Succeed(DateTimeOffset paidAt, string? txHash = null)
    {
        if (IsPaid) return null;
        (Status, SucceededAt, FailureCode, FailureMessage, TxHash) = (PaymentStatus.Succeeded, paidAt, null, null, txHash);
        return new PaymentSucceeded(Id, BookingId, GuestId, Method, Amount, paidAt, txHash);
    }

    /// <summary>The provider waits for the payer or for itself. False when it did before.</summary>
    public bool Wait(PaymentStatus status)
    {
        if (!IsOpen || Status == status) return false;
        Status = status;
        if (status is not PaymentStatus.RequiresPaymentMethod) (FailureCode, FailureMessage) = (null, null);
        return true;
    }

    /// <summary>A try failed; the payer may try again. Null when this try's failure was known.</summary>
    public PaymentFailed? Decline(string code, string message, string reference)
    {
        if (!IsOpen) return null;
        var known = FailureReference == reference;
        (Status, FailureCode, FailureMessage, FailureReference) = (PaymentStatus.RequiresPaymentMethod, code, message, reference);
        return known ? null : new PaymentFailed(Id, BookingId, GuestId, code, message);
    }

    /// <summary>The provider will take no money for it any more.</summary>
    public void Cancel()
    {
        if (IsOpen) Status = PaymentStatus.Cancelled;
    }

    /// <summary>Another payment takes the place of one that was cancelled.</summary>
    public void Replace(DateTimeOffset now)
    {
        if (Status is PaymentStatus.Cancelled) ReplacedAt ??= now;
    }

    /// <summary>The payer comes back to an escrow that he had left, within the same hold.</summary>
    public void TakeUpAgain() => (Status, ReplacedAt) = (PaymentStatus.RequiresPaymentMethod, null);

    /// <summary>Nothing moves until a ruling.</summary>
    public void Dispute(DateTimeOffset at) => DisputedAt ??= at;

    /// <summary>The escrow is empty.</summary>
    public void Empty(DateTimeOffset at) => EmptiedAt ??= at;

    /// <summary>Less goes back than was promised: that much can be promised again.</summary>
    public void ReleaseReserve(long amountMinor) => RefundReservedMinor -= amountMinor;

    /// <summary>Promises an amount back, after which it can't be promised again.</summary>
    public Result<long> ReserveRefund(long amountMinor)
    {
        if (!IsPaid) return PaymentRefusals.NotPaid;
        if (amountMinor < 1 || amountMinor > AmountMinor - RefundReservedMinor) return PaymentRefusals.RefundTooLarge(new Money(AmountMinor - RefundReservedMinor, Currency));
        RefundReservedMinor += amountMinor;
        return amountMinor;
    }

    /// <summary>A promised amount has gone back (positive), or came back to us after it had (negative).</summary>
    public void CountRefund(long amountMinor)
    {
        RefundedMinor += amountMinor;
        Status = RefundedMinor == 0 ? PaymentStatus.Succeeded : RefundedMinor == AmountMinor ? PaymentStatus.Refunded : PaymentStatus.PartiallyRefunded;
    }

    /// <summary>The stay is over or cancelled: nothing of it is held from here on. False when that was done.</summary>
    public bool Settle(DateTimeOffset now)
    {
        if (SettledAt is not null) return false;
        SettledAt = now;
        return true;
    }
}
