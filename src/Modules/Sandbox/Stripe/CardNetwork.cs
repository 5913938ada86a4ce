using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>The bank's side: charging a card, declining it, capturing and releasing what was authorised, and the balance each leaves.</summary>
internal static class CardNetwork
{
    /// <summary>Charges the card for the intent. Null when it paid (or was authorised); else the 402 to answer.</summary>
    public static async Task<StripeAnswer?> Charge(StripeWork work, JsonObject intent, JsonObject method, CardBehaviour behaviour)
    {
        var manual = intent.Text("capture_method") == "manual";
        var charge = Draft(work, intent, method, behaviour, captured: !manual && behaviour.Code is null);
        intent["latest_charge"] = charge.Id();
        if (behaviour.Code is not null)
        {
            charge["status"] = "failed";
            charge["paid"] = false;
            charge["failure_code"] = behaviour.Code;
            charge["failure_message"] = behaviour.Message;
            work.Add(charge);
            await work.Raise("charge.failed", charge);
            return await Refused(work, intent, Error(charge.Id(), behaviour.Code, behaviour.DeclineCode, behaviour.Message!, method));
        }

        intent["last_payment_error"] = null;
        if (manual)
        {
            intent["status"] = "requires_capture";
            intent["amount_capturable"] = intent.Whole("amount");
            work.Add(charge);
            work.Save(intent);
            await work.Raise("charge.succeeded", charge);
            await work.Raise("payment_intent.amount_capturable_updated", intent);
            return null;
        }
        charge["balance_transaction"] = await Balance(work, charge.Whole("amount"), charge.Text("currency")!, "charge", charge.Id());
        charge["amount_captured"] = charge.Whole("amount");
        intent["status"] = "succeeded";
        intent["amount_received"] = intent.Whole("amount");
        work.Add(charge);
        work.Save(intent);
        await work.Raise("charge.succeeded", charge);
        await work.Raise("payment_intent.succeeded", intent);
        return null;
    }

    /// <summary>The intent after a refusal: it waits for another card and remembers why.</summary>
    public static async Task<StripeAnswer> Refused(StripeWork work, JsonObject intent, JsonObject error)
    {
        intent["last_payment_error"] = error;
        intent["status"] = "requires_payment_method";
        intent["payment_method"] = null;
        intent["next_action"] = null;
        work.Save(intent);
        await work.Raise("payment_intent.payment_failed", intent);
        var answer = StripeAnswer.Declined(error, intent);
        if (work.Call.Publishable) answer.Body.Part("error")!["payment_intent"] = PaymentIntents.ForCaller(work, intent);
        return answer;
    }

    public static JsonObject Error(string? charge, string code, string? declineCode, string message, JsonObject method)
    {
        var error = new JsonObject();
        if (charge is not null) error["charge"] = charge;
        error["code"] = code;
        if (declineCode is not null) error["decline_code"] = declineCode;
        error["doc_url"] = "https://stripe.com/docs/error-codes/" + code.Replace('_', '-');
        error["message"] = message;
        if (code.StartsWith("incorrect_", StringComparison.Ordinal)) error["param"] = code["incorrect_".Length..];
        error["payment_method"] = method.Shown();
        error["type"] = "card_error";
        return error;
    }

    public static async Task Capture(StripeWork work, JsonObject intent, long amount)
    {
        var charge = (await work.Take("charge", intent.Text("latest_charge")!))!;
        charge["captured"] = true;
        charge["amount_captured"] = amount;
        var released = charge.Whole("amount") - amount;
        charge["balance_transaction"] = await Balance(work, amount, charge.Text("currency")!, "charge", charge.Id());
        if (released > 0) charge["amount_refunded"] = released;
        intent["status"] = "succeeded";
        intent["amount_received"] = amount;
        intent["amount_capturable"] = 0L;
        work.Save(charge);
        work.Save(intent);
        await work.Raise("charge.captured", charge);
        await work.Raise("payment_intent.succeeded", intent);
    }

    public static async Task Release(StripeWork work, JsonObject intent)
    {
        var charge = (await work.Take("charge", intent.Text("latest_charge")!))!;
        charge["amount_refunded"] = charge.Whole("amount");
        charge["refunded"] = true;
        work.Save(charge);
        await work.Raise("charge.refunded", charge);
    }

    /// <summary>Writes what a movement leaves in the balance and answers its id. The fee is 1.5 % and 25 minor units of each charge.</summary>
    public static async Task<string> Balance(StripeWork work, long amount, string currency, string type, string source, string? description = null)
    {
        var fee = type == "charge" ? (amount * 15 + 500) / 1000 + 25 : 0;
        var transaction = new JsonObject
        {
            ["id"] = StripeIds.New("txn"),
            ["object"] = "balance_transaction",
            ["amount"] = amount,
            ["available_on"] = work.Now + 7 * 24 * 3600,
            ["created"] = work.Now,
            ["currency"] = currency,
            ["description"] = description,
            ["exchange_rate"] = null,
            ["fee"] = fee,
            ["fee_details"] = fee == 0 ? new JsonArray() : new JsonArray(new JsonObject
            {
                ["amount"] = fee,
                ["application"] = null,
                ["currency"] = currency,
                ["description"] = "Stripe processing fees",
                ["type"] = "stripe_fee",
            }),
            ["net"] = amount - fee,
            ["reporting_category"] = type,
            ["source"] = source,
            ["status"] = "pending",
            ["type"] = type,
        };
        work.Add(transaction);
        return transaction.Id();
    }

    static JsonObject Draft(StripeWork work, JsonObject intent, JsonObject method, CardBehaviour behaviour, bool captured)
    {
        var card = method.Part("card")!;
        var id = StripeIds.New("ch");
        var authenticated = intent.Secretly().Is("authenticated");
        var blocked = behaviour.Risk == "highest";
        return new JsonObject
        {
            ["id"] = id,
            ["object"] = "charge",
            ["amount"] = intent.Whole("amount"),
            ["amount_captured"] = 0L,
            ["amount_refunded"] = 0L,
            ["application"] = null,
            ["application_fee"] = null,
            ["application_fee_amount"] = intent["application_fee_amount"]?.DeepClone(),
            ["balance_transaction"] = null,
            ["billing_details"] = method["billing_details"]?.DeepClone(),
            ["calculated_statement_descriptor"] = (intent.Text("statement_descriptor") ?? "ESTOSPACES").ToUpperInvariant(),
            ["captured"] = captured,
            ["created"] = work.Now,
            ["currency"] = intent.Text("currency"),
            ["customer"] = intent.Text("customer"),
            ["description"] = intent.Text("description"),
            ["destination"] = intent.Part("transfer_data")?.Text("destination"),
            ["dispute"] = null,
            ["disputed"] = false,
            ["failure_balance_transaction"] = null,
            ["failure_code"] = null,
            ["failure_message"] = null,
            ["fraud_details"] = new JsonObject(),
            ["livemode"] = false,
            ["metadata"] = intent["metadata"]?.DeepClone(),
            ["on_behalf_of"] = intent.Text("on_behalf_of"),
            ["order"] = null,
            ["outcome"] = new JsonObject
            {
                ["network_status"] = behaviour.Code is null ? "approved_by_network" : blocked ? "not_sent_to_network" : "declined_by_network",
                ["reason"] = blocked ? "highest_risk_level" : behaviour.Code is null ? null : behaviour.DeclineCode ?? behaviour.Code,
                ["risk_level"] = behaviour.Risk,
                ["risk_score"] = behaviour.Risk switch { "highest" => 88L, "elevated" => 68L, _ => 24L },
                ["seller_message"] = behaviour.Code is null ? "Payment complete." : blocked ? "Stripe blocked this payment as too risky." : "The bank returned the decline code `" + (behaviour.DeclineCode ?? behaviour.Code) + "`.",
                ["type"] = behaviour.Code is null ? "authorized" : blocked ? "blocked" : "issuer_declined",
            },
            ["paid"] = true,
            ["payment_intent"] = intent.Id(),
            ["payment_method"] = method.Id(),
            ["payment_method_details"] = new JsonObject
            {
                ["card"] = new JsonObject
                {
                    ["amount_authorized"] = behaviour.Code is null ? intent.Whole("amount") : null,
                    ["authorization_code"] = behaviour.Code is null ? "123456" : null,
                    ["brand"] = card.Text("brand"),
                    ["checks"] = card["checks"]?.DeepClone(),
                    ["country"] = card.Text("country"),
                    ["exp_month"] = card.Whole("exp_month"),
                    ["exp_year"] = card.Whole("exp_year"),
                    ["fingerprint"] = card.Text("fingerprint"),
                    ["funding"] = card.Text("funding"),
                    ["installments"] = null,
                    ["last4"] = card.Text("last4"),
                    ["mandate"] = null,
                    ["network"] = card.Text("brand"),
                    ["network_token"] = new JsonObject { ["used"] = false },
                    ["network_transaction_id"] = behaviour.Code is null ? "10" + Random.Shared.NextInt64(1_000_000_000_000, 9_999_999_999_999) : null,
                    ["three_d_secure"] = !authenticated ? null : new JsonObject
                    {
                        ["authentication_flow"] = "challenge",
                        ["electronic_commerce_indicator"] = "05",
                        ["exemption_indicator"] = null,
                        ["result"] = "authenticated",
                        ["result_reason"] = null,
                        ["transaction_id"] = Guid.NewGuid().ToString(),
                        ["version"] = "2.2.0",
                    },
                    ["wallet"] = null,
                },
                ["type"] = "card",
            },
            ["radar_options"] = new JsonObject(),
            ["receipt_email"] = intent.Text("receipt_email"),
            ["receipt_number"] = null,
            ["receipt_url"] = $"{work.Call.PublicUrl}/sandbox/cards/{intent.Id()}",
            ["refunded"] = false,
            ["review"] = null,
            ["shipping"] = intent["shipping"]?.DeepClone(),
            ["source"] = null,
            ["source_transfer"] = null,
            ["statement_descriptor"] = intent.Text("statement_descriptor"),
            ["statement_descriptor_suffix"] = intent.Text("statement_descriptor_suffix"),
            ["status"] = "succeeded",
            ["transfer_data"] = intent["transfer_data"]?.DeepClone(),
            ["transfer_group"] = intent.Text("transfer_group"),
            [Documents.Hidden] = new JsonObject { ["refunds"] = behaviour.Refunds },
        };
    }
}
