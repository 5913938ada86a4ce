using System.Collections.Frozen;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>When a card asks its holder to prove who he is.</summary>
internal enum Challenge
{
    None,
    Always,

    /// <summary>Asked unless the card was set up for later use or authenticated before.</summary>
    UnlessSetUp,
}

/// <summary>How a test card behaves. Only this name, never a card number, is written down.</summary>
/// <param name="Name">The name under which the behaviour is kept.</param>
/// <param name="Code">The error's code when the charge is declined; null for a card that pays.</param>
/// <param name="DeclineCode">What the bank said.</param>
/// <param name="Challenge">Whether 3-D Secure is asked for first.</param>
/// <param name="AttachesWhenDeclining">True for the card that can be saved though it never pays.</param>
/// <param name="Risk">The risk level the network's scoring gives.</param>
internal sealed record CardBehaviour(
    string Name, string? Code = null, string? DeclineCode = null, Challenge Challenge = Challenge.None,
    bool AttachesWhenDeclining = false, string Risk = "normal", string Refunds = "succeeded")
{
    /// <summary>The decline in Stripe's words.</summary>
    public string? Message => Code is null ? null : TestCards.MessageFor(Code, DeclineCode);
}

/// <summary>A test card: what it is, and how it behaves.</summary>
internal sealed record TestCard(string Number, string Brand, CardBehaviour Behaviour, string Country = "US", string Funding = "credit")
{
    public string Last4 => Number[^4..];
}

/// <summary>Stripe's published test cards, by number and by the token that stands for each.</summary>
internal static class TestCards
{
    static readonly CardBehaviour Pays = new("pays");

    static readonly TestCard[] All =
    [
        new("4242424242424242", "visa", Pays),
        new("4000056655665556", "visa", Pays, Funding: "debit"),
        new("4000002500000003", "visa", Pays, "FR"),
        new("4000008260000000", "visa", Pays, "GB"),
        new("4000006200000007", "visa", Pays, "PT"),
        new("5555555555554444", "mastercard", Pays),
        new("2223003122003222", "mastercard", Pays),
        new("5200828282828210", "mastercard", Pays, Funding: "debit"),
        new("5105105105105100", "mastercard", Pays, Funding: "prepaid"),
        new("378282246310005", "amex", Pays),
        new("371449635398431", "amex", Pays),
        new("6011111111111117", "discover", Pays),
        new("3056930009020004", "diners", Pays),
        new("3566002020360505", "jcb", Pays),
        new("6200000000000005", "unionpay", Pays),
        new("4000000000000077", "visa", new("pays_available")),
        new("4000000000007726", "visa", new("refund_pending", Refunds: "pending")),
        new("4000000000005126", "visa", new("refund_fails", Refunds: "failed")),
        new("4000000000009235", "visa", new("elevated_risk", Risk: "elevated")),
        new("4000000000000002", "visa", new("declined", "card_declined", "generic_decline")),
        new("4000000000009995", "visa", new("insufficient_funds", "card_declined", "insufficient_funds")),
        new("4000000000009987", "visa", new("lost_card", "card_declined", "lost_card")),
        new("4000000000009979", "visa", new("stolen_card", "card_declined", "stolen_card")),
        new("4000000000000069", "visa", new("expired_card", "expired_card", "expired_card")),
        new("4000000000000127", "visa", new("incorrect_cvc", "incorrect_cvc", "incorrect_cvc")),
        new("4000000000000101", "visa", new("incorrect_cvc", "incorrect_cvc", "incorrect_cvc")),
        new("4000000000000119", "visa", new("processing_error", "processing_error", "processing_error")),
        new("4000000000006975", "visa", new("velocity", "card_declined", "card_velocity_exceeded")),
        new("4000000000000341", "visa", new("declined_after_saving", "card_declined", "generic_decline", AttachesWhenDeclining: true)),
        new("4100000000000019", "visa", new("fraudulent", "card_declined", "fraudulent", Risk: "highest")),
        new("4000000000004954", "visa", new("highest_risk", "card_declined", "fraudulent", Risk: "highest")),
        new("4000002500003155", "visa", new("challenged_unless_set_up", Challenge: Challenge.UnlessSetUp), "FR"),
        new("4000002760003184", "visa", new("challenged", Challenge: Challenge.Always), "DE"),
        new("4000000000003220", "visa", new("challenged", Challenge: Challenge.Always)),
        new("4000000000003063", "visa", new("challenged", Challenge: Challenge.Always)),
        new("4000000000003055", "visa", new("pays_3ds_possible")),
        new("4000003800000446", "visa", new("challenged_unless_set_up", Challenge: Challenge.UnlessSetUp), "GB"),
        new("4000008260003178", "visa", new("challenged_then_insufficient", "card_declined", "insufficient_funds", Challenge.Always), "GB"),
        new("4000008400001629", "visa", new("challenged_then_declined", "card_declined", "generic_decline", Challenge.Always)),
        new("4000008400001280", "visa", new("challenged_then_error", "processing_error", "processing_error", Challenge.Always)),
    ];

    static readonly FrozenDictionary<string, TestCard> ByNumber = All.ToFrozenDictionary(c => c.Number);

    static readonly FrozenDictionary<string, CardBehaviour> ByBehaviour =
        All.Select(c => c.Behaviour).DistinctBy(b => b.Name).ToFrozenDictionary(b => b.Name);

    static readonly FrozenDictionary<string, string> Tokens = new Dictionary<string, string>
    {
        ["visa"] = "4242424242424242",
        ["visa_debit"] = "4000056655665556",
        ["mastercard"] = "5555555555554444",
        ["mastercard_debit"] = "5200828282828210",
        ["mastercard_prepaid"] = "5105105105105100",
        ["amex"] = "378282246310005",
        ["discover"] = "6011111111111117",
        ["diners"] = "3056930009020004",
        ["jcb"] = "3566002020360505",
        ["unionpay"] = "6200000000000005",
        ["us"] = "4242424242424242",
        ["fr"] = "4000002500000003",
        ["gb"] = "4000008260000000",
        ["pt"] = "4000006200000007",
        ["bypassPending"] = "4000000000000077",
        ["pendingRefund"] = "4000000000007726",
        ["refundFail"] = "4000000000005126",
        ["riskLevelElevated"] = "4000000000009235",
        ["riskLevelHighest"] = "4000000000004954",
        ["chargeDeclined"] = "4000000000000002",
        ["visa_chargeDeclined"] = "4000000000000002",
        ["chargeDeclinedInsufficientFunds"] = "4000000000009995",
        ["visa_chargeDeclinedInsufficientFunds"] = "4000000000009995",
        ["visa_chargeDeclinedLostCard"] = "4000000000009987",
        ["visa_chargeDeclinedStolenCard"] = "4000000000009979",
        ["chargeDeclinedExpiredCard"] = "4000000000000069",
        ["chargeDeclinedIncorrectCvc"] = "4000000000000127",
        ["cvcCheckFail"] = "4000000000000101",
        ["chargeDeclinedProcessingError"] = "4000000000000119",
        ["visa_chargeDeclinedVelocityLimitExceeded"] = "4000000000006975",
        ["chargeDeclinedFraudulent"] = "4100000000000019",
        ["radarBlock"] = "4100000000000019",
        ["chargeCustomerFail"] = "4000000000000341",
        ["authenticationRequiredOnSetup"] = "4000002500003155",
        ["authenticationRequired"] = "4000002760003184",
        ["authenticationRequiredSetupForOffSession"] = "4000003800000446",
        ["authenticationRequiredChargeDeclinedInsufficientFunds"] = "4000008260003178",
        ["threeDSecure2Required"] = "4000000000003220",
        ["threeDSecureRequired"] = "4000000000003063",
        ["threeDSecureOptional"] = "4000000000003055",
        ["threeDSecureRequiredChargeDeclined"] = "4000008400001629",
        ["threeDSecureRequiredProcessingError"] = "4000008400001280",
    }.ToFrozenDictionary();

    public static IEnumerable<TestCard> Published => All;

    public static TestCard? Find(string number) => ByNumber.GetValueOrDefault(number);

    /// <summary>The card behind <c>pm_card_…</c> or <c>tok_…</c>.</summary>
    public static TestCard? FindToken(string token)
    {
        var name = token.StartsWith("pm_card_", StringComparison.Ordinal) ? token["pm_card_".Length..]
            : token.StartsWith("tok_", StringComparison.Ordinal) ? token["tok_".Length..] : "";
        return Tokens.TryGetValue(name, out var number) ? ByNumber[number] : null;
    }

    public static CardBehaviour Behaviour(string? name) => name is not null && ByBehaviour.TryGetValue(name, out var found) ? found : Pays;

    /// <summary>The check digit of ISO/IEC 7812.</summary>
    public static bool PassesLuhn(string number)
    {
        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = number[^(i + 1)] - '0';
            if (digit is < 0 or > 9) return false;
            sum += i % 2 == 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
        }
        return number.Length is >= 12 and <= 19 && sum % 10 == 0;
    }

    public static string MessageFor(string code, string? declineCode) => (code, declineCode) switch
    {
        (_, "insufficient_funds") => "Your card has insufficient funds.",
        (_, "card_velocity_exceeded") => "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
        ("expired_card", _) => "Your card has expired.",
        ("incorrect_cvc", _) => "Your card's security code is incorrect.",
        ("processing_error", _) => "An error occurred while processing your card. Try again in a little bit.",
        ("incorrect_number", _) => "Your card number is incorrect.",
        ("authentication_required", _) => "Your card was declined. This transaction requires authentication.",
        _ => "Your card was declined.",
    };
}
