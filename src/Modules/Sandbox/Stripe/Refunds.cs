using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>/v1/refunds: all of a charge, part of it, never more than is left.</summary>
internal static class Refunds
{
    public static async Task<StripeAnswer> Create(StripeWork work, StripeParams given, string id)
    {
        given.Only("amount", "charge", "payment_intent", "reason", "metadata", "refund_application_fee", "reverse_transfer", "instructions_email", "currency", "customer", "origin");
        var asked = given.Whole("amount", 1);
        var reason = given.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer");
        var reverse = given.Flag("reverse_transfer") ?? false;
        var metadata = given.Metadata();
        var chargeId = given.Text("charge");
        var intentId = given.Text("payment_intent");
        if (chargeId is null && intentId is null)
            given.Refuse(StripeAnswer.Invalid("One of the following params should be provided for this request: payment_intent or charge."));
        if (given.Problem is { } problem) return problem;

        if (intentId is not null)
        {
            if (await work.Read("payment_intent", intentId) is not { } intent) return StripeAnswer.Missing("payment_intent", intentId, "payment_intent");
            if (intent.Text("latest_charge") is not { } latest || intent.Text("status") is not "succeeded")
                return StripeAnswer.Invalid($"This PaymentIntent ({intentId}) does not have a successful charge to refund.", "payment_intent");
            if (chargeId is not null && chargeId != latest)
                return StripeAnswer.Invalid($"The charge {chargeId} does not belong to the PaymentIntent {intentId}.", "charge");
            chargeId = latest;
        }
        if (await work.Take("charge", chargeId!) is not { } charge) return StripeAnswer.Missing("charge", chargeId!, "charge");
        if (charge.Text("status") != "succeeded" || !charge.Is("captured"))
            return StripeAnswer.Invalid($"Charge {chargeId} cannot be refunded because it has not been captured or did not succeed.", "charge");

        var currency = charge.Text("currency")!;
        var left = charge.Whole("amount") - charge.Whole("amount_refunded");
        if (left == 0) return StripeAnswer.Invalid($"Charge {chargeId} has already been refunded.", null, "charge_already_refunded");
        var amount = asked ?? left;
        if (amount > left)
        {
            var what = charge.Whole("amount_refunded") == 0 ? "charge amount" : "unrefunded amount on charge";
            return StripeAnswer.Invalid($"Refund amount ({Currencies.Format(amount, currency)}) is greater than {what} ({Currencies.Format(left, currency)})", "amount");
        }
        return StripeAnswer.Ok((await Give(work, charge, amount, reason, metadata, reverse)).Shown());
    }

    static async Task<JsonObject> Give(StripeWork work, JsonObject charge, long amount, string? reason, Dictionary<string, string> metadata, bool reverse)
    {
        var behaves = charge.Secretly().Text("refunds") ?? "succeeded";
        var currency = charge.Text("currency")!;
        var refund = new JsonObject
        {
            ["id"] = StripeIds.New("re"),
            ["object"] = "refund",
            ["amount"] = amount,
            ["balance_transaction"] = null,
            ["charge"] = charge.Id(),
            ["created"] = work.Now,
            ["currency"] = currency,
            ["destination_details"] = new JsonObject { ["card"] = new JsonObject { ["reference_status"] = "pending", ["reference_type"] = "acquirer_reference_number", ["type"] = "refund" }, ["type"] = "card" },
            ["metadata"] = Documents.FromMap(metadata),
            ["payment_intent"] = charge.Text("payment_intent"),
            ["reason"] = reason,
            ["receipt_number"] = null,
            ["source_transfer_reversal"] = null,
            ["status"] = behaves == "pending" ? "pending" : "succeeded",
            ["transfer_reversal"] = null,
        };
        refund["balance_transaction"] = await CardNetwork.Balance(work, -amount, currency, "refund", refund.Id(), "REFUND FOR CHARGE");
        var before = charge.Whole("amount_refunded");
        charge["amount_refunded"] = before + amount;
        charge["refunded"] = before + amount == charge.Whole("amount");
        if (reverse && charge.Text("transfer") is { } transfer) refund["transfer_reversal"] = await Connect.ReverseFor(work, transfer, amount);
        work.Add(refund);
        work.Save(charge);
        await work.Raise("refund.created", refund);
        await work.Raise("charge.refunded", charge, new JsonObject { ["amount_refunded"] = before, ["refunded"] = false });
        if (behaves == "pending") await Finish(work, refund, "succeeded");
        if (behaves == "failed") await Fail(work, refund, charge);
        return refund;
    }

    /// <summary>The later word on a refund that was pending at first. The answer still says pending; the event tells the rest.</summary>
    static async Task Finish(StripeWork work, JsonObject refund, string status)
    {
        var settled = (JsonObject)refund.DeepClone();
        settled["status"] = status;
        work.Save(settled);
        await work.Raise("refund.updated", settled, new JsonObject { ["status"] = "pending" });
        await work.Raise("charge.refund.updated", settled, new JsonObject { ["status"] = "pending" });
    }

    static async Task Fail(StripeWork work, JsonObject refund, JsonObject charge)
    {
        var failed = (JsonObject)refund.DeepClone();
        failed["status"] = "failed";
        failed["failure_reason"] = "expired_or_canceled_card";
        failed["failure_balance_transaction"] = await CardNetwork.Balance(work, refund.Whole("amount"), refund.Text("currency")!, "refund_failure", refund.Id());
        charge["amount_refunded"] = charge.Whole("amount_refunded") - refund.Whole("amount");
        charge["refunded"] = false;
        work.Save(charge);
        work.Save(failed);
        await work.Raise("refund.failed", failed, new JsonObject { ["status"] = "succeeded" });
        await work.Raise("charge.refund.updated", failed, new JsonObject { ["status"] = "succeeded" });
    }

    public static async Task<StripeAnswer> Retrieve(StripeWork work, StripeParams given, string id) =>
        await work.Read("refund", id) is { } refund ? StripeAnswer.Ok(refund.Shown()) : StripeAnswer.Missing("refund", id);

    public static async Task<StripeAnswer> Update(StripeWork work, StripeParams given, string id)
    {
        given.Only("metadata");
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (await work.Take("refund", id) is not { } refund) return StripeAnswer.Missing("refund", id);
        refund.Merge("metadata", metadata);
        work.Save(refund);
        return StripeAnswer.Ok(refund.Shown());
    }

    /// <summary>Card refunds are already on their way: only those that wait for the customer can be cancelled.</summary>
    public static async Task<StripeAnswer> Cancel(StripeWork work, StripeParams given, string id) =>
        await work.Read("refund", id) is null
            ? StripeAnswer.Missing("refund", id)
            : StripeAnswer.Invalid("You can only cancel a refund that requires action.", null, "refund_not_cancelable");
}
