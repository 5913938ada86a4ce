using System.Globalization;
using EstoSpaces.Contracts;

namespace EstoSpaces.Payments;

/// <summary>The refusals of this module. Each stands in docs/errors.md.</summary>
public static class PaymentRefusals
{
    public static readonly Refusal NotFound = Refusal.NotFound("payment_not_found", "There is no such payment.");
    public static readonly Refusal InvoiceNotFound = Refusal.NotFound("invoice_not_found", "There is no such invoice.");
    public static readonly Refusal RefundNotFound = Refusal.NotFound("refund_not_found", "There is no such refund.");
    public static readonly Refusal BookingNotFound = Refusal.NotFound("booking_not_found", "There is no such booking.");
    public static readonly Refusal BookingNotPayable = Refusal.Conflict("booking_not_payable", "Nothing is due for this booking: it is not waiting for a payment.");
    public static readonly Refusal BookingHoldExpired = Refusal.Conflict("booking_hold_expired", "The time to pay for this booking is over. Book again if the dates are still free.");
    public static readonly Refusal MethodUnavailable = Refusal.Invalid("payment_method_unavailable", "This way of paying is not available here. Pay by card.", "method");
    public static readonly Refusal MethodUnknown = Refusal.Invalid("payment_method_unavailable", "method is one of card, eth.", "method");
    public static readonly Refusal Cancelled = Refusal.Conflict("payment_cancelled", "This payment was cancelled. Start a new one.");
    public static readonly Refusal NotPaid = Refusal.Conflict("payment_not_succeeded", "There is nothing to give back: this payment has not succeeded.");
    public static readonly Refusal RefundNotFailed = Refusal.Conflict("refund_not_failed", "Only a refund that failed can be tried again.");
    public static readonly Refusal AmountTooSmall = Refusal.Invalid("payment_amount_too_small", "The amount is smaller than cards can pay.");
    public static readonly Refusal SignatureInvalid = Refusal.Invalid("webhook_signature_invalid", "The signature of this message is missing, wrong or too old.", "Stripe-Signature");
    public static readonly Refusal BodyInvalid = Refusal.Invalid("invalid_json", "The body is not an event.");

    public static readonly Refusal UnderWay = Refusal.Conflict("payment_under_way", "A payment for this booking is on its way and can't be taken back. Wait until it has arrived or failed.");
    public static readonly Refusal NotByCard = Refusal.Conflict("payment_not_by_card", "This payment is made from a wallet. Start another one to pay by card.");
    public static readonly Refusal WalletNotLinked = Refusal.Conflict("wallet_not_linked", "Link this wallet to your account first: the refund of a booking goes to the wallet that paid.", "wallet");
    public static readonly Refusal HostTakesNoEther = Refusal.Conflict("host_takes_no_ether", "This host has not named a wallet to be paid to. Pay by card.");
    public static readonly Refusal WalletIsHosts = Refusal.Conflict("wallet_is_hosts", "This is the wallet that the host is paid to. Pay from another one.", "wallet");
    public static readonly Refusal RefundNotPossibleOnChain = Refusal.Conflict("refund_not_possible_on_chain",
        "What lies in escrow can only be given back whole, before check-out and while it is not disputed. A dispute's ruling can divide it otherwise.", "amount");

    public static Refusal CardUnknown(string message) => Refusal.Invalid("payment_method_invalid", message, "payment_method");

    /// <summary>The bank said no. Param is the decline code.</summary>
    public static Refusal Declined(string code, string message) => new("payment_declined", RefusalKind.PaymentRequired, $"{message} No money moved. ({code})", code);

    public static Refusal RefundTooLarge(Money left) => Refusal.Conflict("refund_too_large",
        string.Create(CultureInfo.InvariantCulture, $"At most {left.AmountMinor} {left.Currency} (in its minor unit) of this payment can still be refunded."), "amount");
}
