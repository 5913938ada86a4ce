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

    /// <summary>The provider has the money. Null when that was known.</summary>
    public PaymentSucceeded? Succeed(DateTimeOffset now)
    {
        if (IsPaid) return null;
        (Status, SucceededAt, FailureCode, FailureMessage) = (PaymentStatus.Succeeded, now, null, null);
        return new PaymentSucceeded(Id, BookingId, GuestId, Method, Amount, now);
    }

    /// <summary>The provider waits for the payer or for itself.</summary>
    public void Wait(PaymentStatus status)
    {
        if (!IsOpen) return;
        Status = status;
        if (status is not PaymentStatus.RequiresPaymentMethod) (FailureCode, FailureMessage) = (null, null);
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
