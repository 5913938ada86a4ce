using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>/v1/payment_intents: making, reading and changing one. What moves it through its states is in <see cref="PaymentIntentSteps"/>.</summary>
internal static class PaymentIntents
{
    static readonly string[] CreateParams =
    [
        "amount", "currency", "amount_details", "application_fee_amount", "automatic_payment_methods", "capture_method", "confirm", "confirmation_method", "confirmation_token",
        "customer", "customer_account", "description", "error_on_requires_action", "excluded_payment_method_types", "mandate", "mandate_data", "metadata", "off_session",
        "on_behalf_of", "payment_details", "payment_method", "payment_method_configuration", "payment_method_data", "payment_method_options", "payment_method_types",
        "radar_options", "receipt_email", "return_url", "setup_future_usage", "shipping", "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
        "transfer_group", "use_stripe_sdk",
    ];

    static readonly string[] UpdateParams =
    [
        "amount", "currency", "application_fee_amount", "capture_method", "customer", "description", "metadata", "payment_method", "payment_method_data", "payment_method_options",
        "payment_method_types", "payment_method_configuration", "receipt_email", "setup_future_usage", "shipping", "statement_descriptor", "statement_descriptor_suffix",
        "transfer_data", "transfer_group", "amount_details", "payment_details",
    ];

    public static async Task<StripeAnswer> Create(StripeWork work, StripeParams given, string id)
    {
        given.Only(CreateParams);
        var (intent, refused) = await Draft(work, given);
        if (refused is not null) return refused;
        var confirm = given.Flag("confirm") ?? false;
        if (given.Problem is { } problem) return problem;
        if (!confirm)
            foreach (var only in new[] { "off_session", "error_on_requires_action", "return_url", "mandate_data" })
                if (given.Has(only))
                    return StripeAnswer.Invalid($"When creating a PaymentIntent, you may only pass `{only}` if `confirm=true`.", only, "payment_intent_invalid_parameter");

        work.Add(intent!);
        await work.Raise("payment_intent.created", intent!);
        if (!confirm)
        {
            work.Save(intent!);
            return StripeAnswer.Ok(intent!.Shown());
        }
        return await PaymentIntentSteps.ConfirmWith(work, given, intent!);
    }

    static async Task<(JsonObject? Intent, StripeAnswer? Refused)> Draft(StripeWork work, StripeParams given)
    {
        var amount = given.RequiredWhole("amount", 1);
        var currency = given.Required("currency").ToLowerInvariant();
        var capture = given.OneOf("capture_method", "automatic", "automatic_async", "manual") ?? "automatic_async";
        var confirmation = given.OneOf("confirmation_method", "automatic", "manual") ?? "automatic";
        var later = given.OneOf("setup_future_usage", "off_session", "on_session");
        var automatic = given.Flag("automatic_payment_methods[enabled]");
        var redirects = given.OneOf("automatic_payment_methods[allow_redirects]", "always", "never");
        var fee = given.Whole("application_fee_amount");
        var metadata = given.Metadata();
        var types = given.List("payment_method_types");
        if (given.Problem is { } problem) return (null, problem);
        if (CheckAmount(amount, currency) is { } wrong) return (null, wrong);
        if (types.Find(t => t is not ("card" or "link")) is { } other)
            return (null, StripeAnswer.Invalid($"The payment method type provided: {other} is invalid. Please ensure the provided type is activated in your dashboard.", "payment_method_types", "payment_intent_invalid_parameter"));
        if (automatic is true && types.Count > 0)
            return (null, StripeAnswer.Invalid("You may only specify one of these parameters: automatic_payment_methods, payment_method_types.", null, "parameter_invalid"));
        if (given.Text("customer") is { } customer && await work.Read("customer", customer) is null) return (null, StripeAnswer.Missing("customer", customer, "customer"));

        var intentId = StripeIds.New("pi");
        var byDashboard = types.Count == 0 && automatic is not false;
        var intent = new JsonObject
        {
            ["id"] = intentId,
            ["object"] = "payment_intent",
            ["amount"] = amount,
            ["amount_capturable"] = 0L,
            ["amount_details"] = new JsonObject { ["tip"] = new JsonObject() },
            ["amount_received"] = 0L,
            ["application"] = null,
            ["application_fee_amount"] = fee,
            ["automatic_payment_methods"] = byDashboard ? new JsonObject { ["allow_redirects"] = redirects ?? "always", ["enabled"] = true } : null,
            ["canceled_at"] = null,
            ["cancellation_reason"] = null,
            ["capture_method"] = capture,
            ["client_secret"] = $"{intentId}_secret_{StripeIds.Letters(25)}",
            ["confirmation_method"] = confirmation,
            ["created"] = work.Now,
            ["currency"] = currency,
            ["customer"] = given.Text("customer"),
            ["description"] = given.Text("description"),
            ["last_payment_error"] = null,
            ["latest_charge"] = null,
            ["livemode"] = false,
            ["metadata"] = Documents.FromMap(metadata),
            ["next_action"] = null,
            ["on_behalf_of"] = given.Text("on_behalf_of"),
            ["payment_method"] = null,
            ["payment_method_configuration_details"] = null,
            ["payment_method_options"] = new JsonObject
            {
                ["card"] = new JsonObject { ["installments"] = null, ["mandate_options"] = null, ["network"] = null, ["request_three_d_secure"] = given.Text("payment_method_options[card][request_three_d_secure]") ?? "automatic" },
            },
            ["payment_method_types"] = types.Count > 0 ? new JsonArray([.. types.Select(t => (JsonNode?)t)]) : new JsonArray("card"),
            ["processing"] = null,
            ["receipt_email"] = given.Text("receipt_email"),
            ["review"] = null,
            ["setup_future_usage"] = later,
            ["shipping"] = Addresses.ReadShipping(given, "shipping"),
            ["source"] = null,
            ["statement_descriptor"] = given.Text("statement_descriptor"),
            ["statement_descriptor_suffix"] = given.Text("statement_descriptor_suffix"),
            ["status"] = "requires_payment_method",
            ["transfer_data"] = given.Text("transfer_data[destination]") is { } destination
                ? new JsonObject { ["amount"] = given.Whole("transfer_data[amount]"), ["destination"] = destination }
                : null,
            ["transfer_group"] = given.Text("transfer_group"),
            [Documents.Hidden] = new JsonObject(),
        };
        return (intent, await TakeMethod(work, given, intent));
    }

    /// <summary>Puts the payment method that a call names, or describes, on the intent.</summary>
    public static async Task<StripeAnswer?> TakeMethod(StripeWork work, StripeParams given, JsonObject intent)
    {
        JsonObject? method;
        if (given.Text("payment_method") is { } named)
        {
            method = await PaymentMethods.Resolve(work, named);
            if (method is null) return PaymentMethods.Unknown(named);
            if (method.Text("customer") is { } owner && owner != intent.Text("customer"))
            {
                return StripeAnswer.Invalid(
                    $"The provided PaymentMethod was attached to another customer. Please include the Customer in the `customer` parameter on the PaymentIntent.", "payment_method", "payment_intent_invalid_parameter");
            }
        }
        else if (given.Has("payment_method_data"))
        {
            (method, var refused) = PaymentMethods.FromCard(work, given, "payment_method_data");
            if (refused is not null) return refused;
            work.Add(method!);
        }
        else
        {
            return null;
        }
        intent["payment_method"] = method!.Id();
        if (intent.Text("status") is "requires_payment_method") intent["status"] = "requires_confirmation";
        // A new card has not been authenticated, whatever was proved for the one before it.
        intent.Secretly().Remove("authenticated");
        return null;
    }

    public static async Task<StripeAnswer> Retrieve(StripeWork work, StripeParams given, string id)
    {
        var intent = await work.Read("payment_intent", id);
        if (Locked(work, given, intent, id) is { } refused) return refused;
        return StripeAnswer.Ok(ForCaller(work, intent!));
    }

    public static async Task<StripeAnswer> Update(StripeWork work, StripeParams given, string id)
    {
        given.Only(UpdateParams);
        var amount = given.Whole("amount", 1);
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (await work.Take("payment_intent", id) is not { } intent) return Unknown(id);

        var status = intent.Text("status")!;
        var open = status is "requires_payment_method" or "requires_confirmation" or "requires_action";
        var freely = new[] { "description", "metadata" };
        if (!open && given.Entries.Any(e => !freely.Contains(e.Key.Split('[')[0]) && e.Key.Split('[')[0] is not ("expand" or "key")))
            return Unexpected(intent, $"This PaymentIntent's {given.Entries[0].Key.Split('[')[0]} could not be updated because it has a status of {status}. You may only update the {given.Entries[0].Key.Split('[')[0]} of a PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.");
        var currency = given.Text("currency")?.ToLowerInvariant() ?? intent.Text("currency")!;
        if (CheckAmount(amount ?? intent.Whole("amount"), currency) is { } wrong) return wrong;
        if (given.Text("customer") is { } customer)
        {
            if (await work.Read("customer", customer) is null) return StripeAnswer.Missing("customer", customer, "customer");
            intent["customer"] = customer;
        }
        if (amount is { } changed && changed != intent.Whole("amount"))
        {
            intent["amount"] = changed;
            // An authentication is given for an amount: another amount has to be authenticated anew.
            intent.Secretly().Remove("authenticated");
            if (status == "requires_action")
            {
                intent["status"] = "requires_confirmation";
                intent["next_action"] = null;
            }
        }
        intent["currency"] = currency;
        foreach (var field in new[] { "description", "receipt_email", "setup_future_usage", "statement_descriptor", "statement_descriptor_suffix", "transfer_group" })
            if (given.Has(field)) intent[field] = given.Text(field);
        if (given.Has("shipping")) intent["shipping"] = Addresses.ReadShipping(given, "shipping");
        if (given.Has("metadata")) intent.Merge("metadata", metadata);
        if (given.Whole("application_fee_amount") is { } fee) intent["application_fee_amount"] = fee;
        if (await TakeMethod(work, given, intent) is { } refused) return refused;
        work.Save(intent);
        return StripeAnswer.Ok(intent.Shown());
    }

    static StripeAnswer? CheckAmount(long amount, string currency)
    {
        if (!Currencies.IsKnown(currency))
            return StripeAnswer.Invalid($"Invalid currency: {currency}. Stripe does not currently support this currency.", "currency");
        if (amount < Currencies.Least(currency))
            return StripeAnswer.Invalid($"Amount must be at least {Currencies.Format(Currencies.Least(currency), currency)} {currency}", "amount", "amount_too_small");
        return amount > 99_999_999
            ? StripeAnswer.Invalid($"Amount must be no more than {Currencies.Format(99_999_999, currency)} {currency}", "amount", "amount_too_large")
            : null;
    }

    public static StripeAnswer Unknown(string id) => StripeAnswer.Invalid($"No such payment_intent: '{id}'", "intent", "resource_missing", 404);

    /// <summary>With a publishable key an intent is opened only by its own client secret.</summary>
    public static StripeAnswer? Locked(StripeWork work, StripeParams given, JsonObject? intent, string id)
    {
        var secret = given.Text("client_secret");
        if (!work.Call.Publishable && secret is null) return intent is null ? Unknown(id) : null;
        if (secret is null) return StripeAnswer.Invalid("Missing required param: client_secret.", "client_secret", "parameter_missing");
        if (intent is null) return Unknown(id);
        return secret == intent.Text("client_secret")
            ? null
            : StripeAnswer.Invalid("The client_secret provided does not match any associated PaymentIntent on this account.", "client_secret", "payment_intent_invalid_parameter");
    }

    public static StripeAnswer Unexpected(JsonObject intent, string message)
    {
        var answer = StripeAnswer.Invalid(message, null, "payment_intent_unexpected_state");
        answer.Body.Part("error")!["payment_intent"] = intent.Shown();
        return answer;
    }

    /// <summary>What the holder of a publishable key and a client secret may see: nothing of metadata, charges or customers.</summary>
    public static JsonObject ForCaller(StripeWork work, JsonObject intent)
    {
        var shown = intent.Shown();
        if (!work.Call.Publishable) return shown;
        string[] visible =
        [
            "id", "object", "amount", "amount_details", "automatic_payment_methods", "canceled_at", "cancellation_reason", "capture_method", "client_secret", "confirmation_method",
            "created", "currency", "description", "last_payment_error", "livemode", "next_action", "payment_method", "payment_method_configuration_details", "payment_method_types",
            "processing", "receipt_email", "setup_future_usage", "shipping", "source", "status",
        ];
        foreach (var name in shown.Select(p => p.Key).Except(visible).ToList()) shown.Remove(name);
        if (shown.Part("last_payment_error") is { } error) error.Remove("charge");
        return shown;
    }
}
