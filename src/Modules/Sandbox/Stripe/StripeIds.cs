using System.Security.Cryptography;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>Identifiers as Stripe makes them: a prefix that names the kind, then letters and digits that nobody can guess.</summary>
internal static class StripeIds
{
    const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string New(string prefix, int length = 24) => prefix + "_" + Letters(length);

    public static string Letters(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>The kind of object that an id belongs to, or null when the prefix is not one of ours.</summary>
    public static string? KindOf(string id)
    {
        var underscore = id.IndexOf('_', StringComparison.Ordinal);
        return underscore < 0 ? null : id[..underscore] switch
        {
            "pi" => "payment_intent",
            "pm" => "payment_method",
            "ch" => "charge",
            "re" => "refund",
            "cus" => "customer",
            "txn" => "balance_transaction",
            "evt" => "event",
            "we" => "webhook_endpoint",
            "cs" => "checkout.session",
            "acct" => "account",
            "tr" => "transfer",
            "trr" => "transfer_reversal",
            _ => null,
        };
    }
}
