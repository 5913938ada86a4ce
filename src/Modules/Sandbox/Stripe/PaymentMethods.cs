using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>/v1/payment_methods: cards only. A card's number is looked at and forgotten; what stays is its last four digits and how it behaves.</summary>
internal static class PaymentMethods
{
    public static async Task<StripeAnswer> Create(StripeWork work, StripeParams given, string id)
    {
        given.Only("type", "card", "billing_details", "metadata", "allow_redisplay", "payment_user_agent", "time_on_page", "guid", "muid", "sid", "referrer", "client_attribution_metadata");
        var (method, refused) = FromCard(work, given, "");
        if (refused is not null) return refused;
        work.Add(method!);
        return StripeAnswer.Ok(method!.Shown());
    }

    public static async Task<StripeAnswer> Retrieve(StripeWork work, StripeParams given, string id) =>
        await work.Read("payment_method", id) is { } method ? StripeAnswer.Ok(method.Shown()) : Unknown(id);

    public static async Task<StripeAnswer> Update(StripeWork work, StripeParams given, string id)
    {
        given.Only("billing_details", "card", "metadata", "allow_redisplay");
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (await work.Take("payment_method", id) is not { } method) return Unknown(id);
        if (given.Has("billing_details")) method["billing_details"] = BillingDetails(given, "billing_details");
        if (given.Has("metadata")) method.Merge("metadata", metadata);
        work.Save(method);
        await work.Raise("payment_method.updated", method);
        return StripeAnswer.Ok(method.Shown());
    }

    public static async Task<StripeAnswer> Attach(StripeWork work, StripeParams given, string id)
    {
        given.Only("customer");
        var customer = given.Required("customer");
        if (given.Problem is { } problem) return problem;
        return await AttachTo(work, id, customer);
    }

    public static async Task<StripeAnswer> AttachTo(StripeWork work, string id, string customer)
    {
        if (await work.Read("customer", customer) is not { } owner || owner.Is("deleted")) return StripeAnswer.Missing("customer", customer, "customer");
        if (await Resolve(work, id) is not { } method) return Unknown(id);
        if (method.Text("customer") is { } other && other != customer)
            return StripeAnswer.Invalid("The payment method you provided has already been attached to a customer.", "payment_method", "payment_method_unexpected_state");

        var behaviour = TestCards.Behaviour(method.Secretly().Text("behaviour"));
        if (behaviour is { Code: not null, AttachesWhenDeclining: false, Challenge: Challenge.None })
        {
            return new(402, new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["code"] = behaviour.Code,
                    ["decline_code"] = behaviour.DeclineCode,
                    ["doc_url"] = "https://stripe.com/docs/error-codes/" + behaviour.Code.Replace('_', '-'),
                    ["message"] = behaviour.Message,
                    ["type"] = "card_error",
                },
            });
        }
        method["customer"] = customer;
        work.Save(method);
        await work.Raise("payment_method.attached", method);
        return StripeAnswer.Ok(method.Shown());
    }

    public static async Task<StripeAnswer> Detach(StripeWork work, StripeParams given, string id)
    {
        if (await work.Take("payment_method", id) is not { } method) return Unknown(id);
        if (method.Text("customer") is not { } customer)
            return StripeAnswer.Invalid("The payment method you provided is not attached to a customer so detachment is impossible.", "payment_method", "payment_method_unexpected_state");
        method["customer"] = null;
        work.Save(method);
        await work.Raise("payment_method.detached", method, new JsonObject { ["customer"] = customer });
        return StripeAnswer.Ok(method.Shown());
    }

    /// <summary>A method by id; a token such as <c>pm_card_visa</c> makes a new one each time, as Stripe does.</summary>
    public static async Task<JsonObject?> Resolve(StripeWork work, string id)
    {
        if (TestCards.FindToken(id) is not { } card) return await work.Take("payment_method", id);
        var made = Make(work, card, expiryMonth: 12, expiryYear: work.Time.Year + 4, cvc: true, EmptyBilling(), new Dictionary<string, string>());
        work.Add(made);
        return made;
    }

    public static StripeAnswer Unknown(string id) => StripeAnswer.Invalid($"No such PaymentMethod: '{id}'", "payment_method", "resource_missing", 404);

    /// <summary>Reads a card out of <c>{prefix}[card]</c> (or <c>card</c> when the prefix is empty) and refuses what no network would take.</summary>
    public static (JsonObject? Method, StripeAnswer? Refused) FromCard(StripeWork work, StripeParams given, string prefix)
    {
        string Name(string name) => prefix.Length == 0 ? name : prefix + "[" + name.Replace("[", "][", StringComparison.Ordinal) + (name.EndsWith(']') ? "" : "]");
        var type = given.Required(Name("type"));
        if (given.Problem is { } problem) return (null, problem);
        if (type != "card")
            return (null, StripeAnswer.Invalid($"The payment method type \"{type}\" is invalid. Please ensure the provided type is activated in your dashboard.", Name("type")));
        var billing = BillingDetails(given, Name("billing_details"));
        var metadata = prefix.Length == 0 ? given.Metadata() : new Dictionary<string, string>();

        if (given.Text(Name("card[token]")) is { } token)
        {
            return TestCards.FindToken(token) is { } known
                ? (Make(work, known, 12, work.Time.Year + 4, true, billing, metadata), null)
                : (null, StripeAnswer.Missing("token", token, Name("card[token]")));
        }

        var number = given.Required(Name("card[number]")).Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        var month = given.RequiredWhole(Name("card[exp_month]"));
        var year = given.RequiredWhole(Name("card[exp_year]"));
        var cvc = given.Text(Name("card[cvc]"));
        if (given.Problem is { } incomplete) return (null, incomplete);
        if (year < 100) year += 2000;

        if (!TestCards.PassesLuhn(number)) return (null, CardError("incorrect_number", "Your card number is incorrect.", Name("card[number]")));
        if (month is < 1 or > 12) return (null, CardError("invalid_expiry_month", "Your card's expiration month is invalid.", Name("card[exp_month]")));
        var now = work.Time;
        if (year < now.Year || year > now.Year + 50) return (null, CardError("invalid_expiry_year", "Your card's expiration year is invalid.", Name("card[exp_year]")));
        if (year == now.Year && month < now.Month) return (null, CardError("invalid_expiry_month", "Your card's expiration month is invalid.", Name("card[exp_month]")));
        if (cvc is not null && (cvc.Length is < 3 or > 4 || !cvc.All(char.IsAsciiDigit))) return (null, CardError("invalid_cvc", "Your card's security code is invalid.", Name("card[cvc]")));
        if (TestCards.Find(number) is not { } card)
        {
            return (null, CardError("card_declined", "Your card was declined. Your request was in test mode, but used a non test card.", null, "test_mode_live_card"));
        }
        return (Make(work, card, month, year, cvc is not null, billing, metadata), null);
    }

    static StripeAnswer CardError(string code, string message, string? param, string? declineCode = null)
    {
        var error = new JsonObject { ["code"] = code };
        if (declineCode is not null) error["decline_code"] = declineCode;
        error["doc_url"] = "https://stripe.com/docs/error-codes/" + code.Replace('_', '-');
        error["message"] = message;
        if (param is not null) error["param"] = param.Replace("card[", "", StringComparison.Ordinal).Trim(']', '[');
        error["type"] = "card_error";
        return new(402, new JsonObject { ["error"] = error });
    }

    static JsonObject Make(StripeWork work, TestCard card, long expiryMonth, long expiryYear, bool cvc, JsonObject billing, IReadOnlyDictionary<string, string> metadata) => new()
    {
        ["id"] = StripeIds.New("pm"),
        ["object"] = "payment_method",
        ["allow_redisplay"] = "unspecified",
        ["billing_details"] = billing,
        ["card"] = new JsonObject
        {
            ["brand"] = card.Brand,
            ["checks"] = new JsonObject
            {
                ["address_line1_check"] = null,
                ["address_postal_code_check"] = billing.Part("address")?.Text("postal_code") is null ? null : "pass",
                ["cvc_check"] = !cvc ? null : card.Behaviour.Code == "incorrect_cvc" ? "fail" : "pass",
            },
            ["country"] = card.Country,
            ["display_brand"] = card.Brand,
            ["exp_month"] = expiryMonth,
            ["exp_year"] = expiryYear,
            ["fingerprint"] = Fingerprint(card),
            ["funding"] = card.Funding,
            ["generated_from"] = null,
            ["last4"] = card.Last4,
            ["networks"] = new JsonObject { ["available"] = new JsonArray(card.Brand), ["preferred"] = null },
            ["regulated_status"] = "unregulated",
            ["three_d_secure_usage"] = new JsonObject { ["supported"] = card.Brand is "visa" or "mastercard" },
            ["wallet"] = null,
        },
        ["created"] = work.Now,
        ["customer"] = null,
        ["livemode"] = false,
        ["metadata"] = Documents.FromMap(metadata),
        ["type"] = "card",
        [Documents.Hidden] = new JsonObject { ["behaviour"] = card.Behaviour.Name },
    };

    /// <summary>The same for the same card, and of no use for finding its number.</summary>
    static string Fingerprint(TestCard card) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes("test card " + card.Number)))[..16];

    static JsonObject EmptyBilling() => BillingDetails(new StripeParams([]), "billing_details");

    static JsonObject BillingDetails(StripeParams given, string prefix) => new()
    {
        ["address"] = Addresses.ReadOrEmpty(given, prefix + "[address]"),
        ["email"] = given.Text(prefix + "[email]"),
        ["name"] = given.Text(prefix + "[name]"),
        ["phone"] = given.Text(prefix + "[phone]"),
        ["tax_id"] = null,
    };
}
