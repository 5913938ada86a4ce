using EstoSpaces.Contracts;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Critical, Message = "Payment {Payment}: the provider received {Received} {ReceivedCurrency}, {Due} {DueCurrency} is due")]
    public static partial void AmountDiffers(this ILogger log, PaymentId payment, long received, string receivedCurrency, long due, string dueCurrency);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refund {Refund} of payment {Payment} failed: {Failure}")]
    public static partial void RefundFailed(this ILogger log, RefundId refund, PaymentId payment, string failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Payment {Payment} could not be compared with its provider: {Reason}")]
    public static partial void NotReconciled(this ILogger log, PaymentId payment, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Refund {Refund} could not be sent (try {Try}): {Reason}")]
    public static partial void RefundWaits(this ILogger log, RefundId refund, int @try, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refund {Refund} of payment {Payment} is refused by the escrow: {Code}: {Why}")]
    public static partial void EscrowRefundRefused(this ILogger log, RefundId refund, PaymentId payment, string code, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The escrow of payment {Payment} is not released: {Why}")]
    public static partial void ReleaseFailed(this ILogger log, PaymentId payment, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The release of payment {Payment} waits: {Reason}")]
    public static partial void ReleaseWaits(this ILogger log, PaymentId payment, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Escrow of payment {Payment}: {Difference}")]
    public static partial void EscrowDiffers(this ILogger log, PaymentId payment, string difference);

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger and the escrow contract differ: {Difference}")]
    public static partial void BooksDiffer(this ILogger log, string difference);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The escrow contract's books can't be had: {Reason}")]
    public static partial void BooksAway(this ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A webhook with a wrong signature was refused")]
    public static partial void SignatureRefused(this ILogger log);
}
