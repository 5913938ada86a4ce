using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>/v1/checkout/sessions in payment mode: a page of the provider's own takes the card, which needs no script on ours.</summary>
internal static class CheckoutSessions
{
    static readonly string[] CreateParams =
    [
        "mode", "line_items", "success_url", "cancel_url", "client_reference_id", "customer", "customer_email", "customer_creation", "expires_at", "locale", "metadata",
        "payment_intent_data", "payment_method_types", "payment_method_options", "ui_mode", "submit_type", "billing_address_collection", "phone_number_collection", "custom_text",
        "allow_promotion_codes", "invoice_creation", "return_url", "automatic_tax", "currency", "consent_collection", "shipping_address_collection",
    ];

    public static async Task<StripeAnswer> Create(StripeWork work, StripeParams given, string id)
    {
        given.Only(CreateParams);
        var mode = given.OneOf("mode", "payment") ?? "payment";
        var success = given.Required("success_url");
        var metadata = given.Metadata();
        var expires = given.Whole("expires_at") ?? work.Now + 24 * 3600;
        var capture = given.OneOf("payment_intent_data[capture_method]", "automatic", "automatic_async", "manual");
        if (given.Problem is { } problem) return problem;
        if (expires < work.Now + 29 * 60 || expires > work.Now + 24 * 3600 + 60)
            return StripeAnswer.Invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.", "expires_at");
        if (given.Text("customer") is { } customer && await work.Read("customer", customer) is null) return StripeAnswer.Missing("customer", customer, "customer");
        var (items, total, currency, refused) = ReadItems(given);
        if (refused is not null) return refused;

        var sessionId = "cs_test_" + StripeIds.Letters(58);
        var session = new JsonObject
        {
            ["id"] = sessionId,
            ["object"] = "checkout.session",
            ["after_expiration"] = null,
            ["allow_promotion_codes"] = null,
            ["amount_subtotal"] = total,
            ["amount_total"] = total,
            ["automatic_tax"] = new JsonObject { ["enabled"] = false, ["liability"] = null, ["status"] = null },
            ["billing_address_collection"] = null,
            ["cancel_url"] = given.Text("cancel_url"),
            ["client_reference_id"] = given.Text("client_reference_id"),
            ["client_secret"] = null,
            ["created"] = work.Now,
            ["currency"] = currency,
            ["customer"] = given.Text("customer"),
            ["customer_creation"] = given.Text("customer") is null ? "if_required" : null,
            ["customer_details"] = null,
            ["customer_email"] = given.Text("customer_email"),
            ["expires_at"] = expires,
            ["invoice"] = null,
            ["livemode"] = false,
            ["locale"] = given.Text("locale"),
            ["metadata"] = Documents.FromMap(metadata),
            ["mode"] = mode,
            ["payment_intent"] = null,
            ["payment_link"] = null,
            ["payment_method_collection"] = "if_required",
            ["payment_method_types"] = new JsonArray("card"),
            ["payment_status"] = "unpaid",
            ["setup_intent"] = null,
            ["status"] = "open",
            ["submit_type"] = given.Text("submit_type"),
            ["subscription"] = null,
            ["success_url"] = success,
            ["total_details"] = new JsonObject { ["amount_discount"] = 0L, ["amount_shipping"] = 0L, ["amount_tax"] = 0L },
            ["ui_mode"] = "hosted",
            ["url"] = $"{work.Call.StripeUrl}/c/pay/{sessionId}",
            [Documents.Hidden] = new JsonObject { ["items"] = items, ["intent"] = IntentData(given, capture) },
        };
        work.Add(session);
        return StripeAnswer.Ok(session.Shown());
    }

    static (JsonArray Items, long Total, string Currency, StripeAnswer? Refused) ReadItems(StripeParams given)
    {
        var items = new JsonArray();
        var total = 0L;
        string? currency = null;
        for (var i = 0; given.Has($"line_items[{i}]"); i++)
        {
            var price = $"line_items[{i}][price_data]";
            if (given.Text($"line_items[{i}][price]") is { } priceId) return ([], 0, "", StripeAnswer.Missing("price", priceId, $"line_items[{i}][price]"));
            var its = given.Required(price + "[currency]").ToLowerInvariant();
            var amount = given.RequiredWhole(price + "[unit_amount]");
            var name = given.Required(price + "[product_data][name]");
            var quantity = given.Whole($"line_items[{i}][quantity]", 1) ?? 1;
            if (given.Problem is { } problem) return ([], 0, "", problem);
            if (!Currencies.IsKnown(its)) return ([], 0, "", StripeAnswer.Invalid($"Invalid currency: {its}. Stripe does not currently support this currency.", price + "[currency]"));
            if (currency is not null && currency != its)
                return ([], 0, "", StripeAnswer.Invalid("All prices on a Checkout session must use the same currency.", "line_items"));
            currency = its;
            total += amount * quantity;
            items.Add(new JsonObject
            {
                ["id"] = StripeIds.New("li"),
                ["object"] = "item",
                ["amount_discount"] = 0L,
                ["amount_subtotal"] = amount * quantity,
                ["amount_tax"] = 0L,
                ["amount_total"] = amount * quantity,
                ["currency"] = its,
                ["description"] = name,
                ["quantity"] = quantity,
            });
        }
        if (currency is null) return ([], 0, "", StripeAnswer.Invalid("Missing required param: line_items.", "line_items", "parameter_missing"));
        return total < Currencies.Least(currency)
            ? ([], 0, "", StripeAnswer.Invalid($"The Checkout Session's total amount due must add up to at least {Currencies.Format(Currencies.Least(currency), currency)} {currency}", null, "amount_too_small"))
            : (items, total, currency, null);
    }

    static JsonObject IntentData(StripeParams given, string? capture)
    {
        const string Prefix = "payment_intent_data";
        var data = new JsonObject { ["capture_method"] = capture ?? "automatic" };
        foreach (var field in new[] { "description", "receipt_email", "setup_future_usage", "statement_descriptor", "statement_descriptor_suffix", "transfer_group" })
            if (given.Text($"{Prefix}[{field}]") is { } value) data[field] = value;
        var metadata = given.Map(Prefix + "[metadata]");
        data["metadata"] = Documents.FromMap(metadata);
        return data;
    }

    public static async Task<StripeAnswer> LineItems(StripeWork work, StripeParams given, string id)
    {
        if (await work.Read("checkout.session", id) is not { } session) return StripeAnswer.Missing("checkout.session", id);
        return StripeAnswer.Ok(new JsonObject
        {
            ["object"] = "list",
            ["data"] = session.Secretly()["items"]!.DeepClone(),
            ["has_more"] = false,
            ["url"] = $"/v1/checkout/sessions/{id}/line_items",
        });
    }

    public static async Task<StripeAnswer> Expire(StripeWork work, StripeParams given, string id)
    {
        if (await work.Take("checkout.session", id) is not { } session) return StripeAnswer.Missing("checkout.session", id);
        if (session.Text("status") != "open")
            return StripeAnswer.Invalid($"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {session.Text("status")}.");
        session["status"] = "expired";
        session["url"] = null;
        work.Save(session);
        if (session.Text("payment_intent") is { } intentId && await work.Take("payment_intent", intentId) is { } intent && intent.Text("status") is not "succeeded")
            await PaymentIntentSteps.Void(work, intent, "abandoned");
        await work.Raise("checkout.session.expired", session);
        return StripeAnswer.Ok(session.Shown());
    }

    /// <summary>The page's Pay button: makes the intent at the first attempt and confirms it with the card.</summary>
    public static async Task<(StripeAnswer Answer, JsonObject? Session)> Pay(StripeWork work, StripeParams given, string id)
    {
        if (await work.Take("checkout.session", id) is not { } session) return (StripeAnswer.Missing("checkout.session", id), null);
        if (session.Text("status") != "open" || session.Whole("expires_at") < work.Now)
            return (StripeAnswer.Invalid("This Checkout Session is no longer open."), session);

        session["customer_details"] = new JsonObject { ["address"] = null, ["email"] = given.Text("email"), ["name"] = given.Text("name"), ["phone"] = null, ["tax_exempt"] = "none", ["tax_ids"] = null };
        if (session.Text("payment_intent") is null)
        {
            var data = session.Secretly().Part("intent")!;
            var draft = new List<KeyValuePair<string, string>>
            {
                new("amount", session.Whole("amount_total").ToString(System.Globalization.CultureInfo.InvariantCulture)),
                new("currency", session.Text("currency")!),
                new("payment_method_types[]", "card"),
            };
            if (session.Text("customer") is { } customer) draft.Add(new("customer", customer));
            foreach (var (name, value) in data)
            {
                if (value is JsonObject metadata) draft.AddRange(metadata.Select(m => KeyValuePair.Create($"metadata[{m.Key}]", (string)m.Value!)));
                else draft.Add(new(name, (string)value!));
            }
            var made = await PaymentIntents.Create(work, new StripeParams(draft), "");
            if (made.Status >= 400) return (made, session);
            session["payment_intent"] = made.Body.Id();
            var fresh = (await work.Take("payment_intent", made.Body.Id()))!;
            fresh.Secretly()["checkout_session"] = id;
            work.Save(fresh);
        }
        work.Save(session);

        var intent = (await work.Take("payment_intent", session.Text("payment_intent")!))!;
        var confirmation = new List<KeyValuePair<string, string>>
        {
            new("payment_method_data[type]", "card"),
            new("payment_method_data[card][number]", given.Text("number") ?? ""),
            new("payment_method_data[card][cvc]", given.Text("cvc") ?? ""),
            new("payment_method_data[billing_details][email]", given.Text("email") ?? ""),
            new("payment_method_data[billing_details][name]", given.Text("name") ?? ""),
            new("return_url", $"{work.Call.StripeUrl}/c/pay/{id}"),
        };
        var expiry = (given.Text("expiry") ?? "").Split('/', '-', ' ').Where(p => p.Length > 0).ToArray();
        confirmation.Add(new("payment_method_data[card][exp_month]", expiry.Length == 2 ? expiry[0] : "0"));
        confirmation.Add(new("payment_method_data[card][exp_year]", expiry.Length == 2 ? expiry[1] : "0"));
        var answer = await PaymentIntentSteps.ConfirmWith(work, new StripeParams(confirmation), intent);
        return (answer, await work.Read("checkout.session", id));
    }

    /// <summary>A paid intent that came from a session completes it.</summary>
    public static async Task AfterPayment(StripeWork work, JsonObject intent)
    {
        if (intent.Secretly().Text("checkout_session") is not { } id || await work.Take("checkout.session", id) is not { } session || session.Text("status") != "open") return;
        session["status"] = "complete";
        session["payment_status"] = intent.Text("status") == "succeeded" ? "paid" : "unpaid";
        session["url"] = null;
        work.Save(session);
        await work.Raise("checkout.session.completed", session);
    }
}
