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

    [LoggerMessage(Level = LogLevel.Warning, Message = "A webhook with a wrong signature was refused")]
    public static partial void SignatureRefused(this ILogger log);
}
