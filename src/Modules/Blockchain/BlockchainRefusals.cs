using System.Globalization;
using System.Numerics;
using EstoSpaces.Contracts;

namespace EstoSpaces.Blockchain;

/// <summary>The refusals of this module. Each stands in docs/errors.md.</summary>
public static class BlockchainRefusals
{
    private static readonly BigInteger WeiPerEther = BigInteger.Pow(10, 18);

    public static readonly Refusal EscrowNotFound = Refusal.NotFound("escrow_not_found", "There is no such escrow.");
    public static readonly Refusal TransactionNotFound = Refusal.NotFound("transaction_not_found", "The node knows no such transaction.");
    public static readonly Refusal HashInvalid = Refusal.Invalid("transaction_hash_invalid", "A transaction's hash is 0x and 64 hexadecimal digits.", "hash");
    public static readonly Refusal PriceUnknown = Refusal.Conflict("ether_price_unknown", "The price of ether in this currency can't be had at the moment. Pay by card, or try again later.");
    public static readonly Refusal SignatureInvalid = Refusal.Invalid("wallet_invalid", "hash is 32 bytes and signature bytes, both as 0x hex.", "signature");
    public static readonly Refusal AmountDiffers = Refusal.Conflict("escrow_amount_differs", "The escrow's refund table gives another amount.", "to_guest_minor");

    public static readonly Refusal PropertyNotYours = Refusal.Forbidden("property_not_yours", "Only the host of a listing may record it.");
    public static readonly Refusal WalletMissing = Refusal.Conflict("wallet_missing", "Link a wallet to your account first: the record names it.");
    public static readonly Refusal RecordPending = Refusal.Conflict("property_record_pending", "An earlier version of this listing is on its way to the chain. Try again when it is there.");
    public static readonly Refusal NotRecorded = Refusal.NotFound("property_not_recorded", "This listing was never recorded on the chain.");

    public static readonly Refusal NotDisputed = Refusal.Conflict("escrow_not_disputed", "There is nothing to rule: this escrow is not disputed.");

    public static Refusal SplitInvalid(long least, long most) =>
        Refusal.Invalid("escrow_split_invalid", string.Create(CultureInfo.InvariantCulture, $"Guest and host together get from {least} to {most} (in the minor unit): the platform keeps at most what it would have kept."), "to_host_minor");

    public static Refusal Off(string why) => Refusal.Conflict("wallet_payment_off", $"Wallets can't pay here at the moment: {why}.");

    public static Refusal WalletInvalid(string param, string message) => Refusal.Invalid("wallet_invalid", message, param);

    public static Refusal NotRefundable(string why) => Refusal.Conflict("escrow_not_refundable", why);

    public static Refusal BalanceTooLow(BigInteger has, BigInteger needs, BigInteger fee) =>
        Refusal.PaymentRequired("wallet_balance_too_low", $"This wallet has {Ether(has)} ETH. The booking needs {Ether(needs, up: true)} ETH, and about {Ether(fee, up: true)} ETH for the network's fee.");

    /// <summary>Wei as ether with six places: what there is rounded down, what is needed up.</summary>
    public static string Ether(BigInteger wei, bool up = false)
    {
        var millionth = WeiPerEther / 1_000_000;
        var millionths = (wei + (up ? millionth - 1 : 0)) / millionth;
        return string.Create(CultureInfo.InvariantCulture, $"{millionths / 1_000_000}.{(long)(millionths % 1_000_000):D6}");
    }
}
