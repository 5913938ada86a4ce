using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>/v1/accounts and /v1/transfers: paying hosts out of the platform's balance.</summary>
internal static class Connect
{
    public static async Task<StripeAnswer> CreateAccount(StripeWork work, StripeParams given, string id)
    {
        var country = given.Text("country") ?? "US";
        var type = given.OneOf("type", "custom", "express", "standard") ?? "standard";
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        var ready = type == "custom";
        var account = new JsonObject
        {
            ["id"] = StripeIds.New("acct", 16),
            ["object"] = "account",
            ["business_profile"] = new JsonObject { ["mcc"] = given.Text("business_profile[mcc]"), ["name"] = given.Text("business_profile[name]"), ["url"] = given.Text("business_profile[url]") },
            ["business_type"] = given.Text("business_type"),
            ["capabilities"] = new JsonObject { ["card_payments"] = ready ? "active" : "inactive", ["transfers"] = ready ? "active" : "inactive" },
            ["charges_enabled"] = ready,
            ["country"] = country.ToUpperInvariant(),
            ["created"] = work.Now,
            ["default_currency"] = given.Text("default_currency") ?? (country.Equals("US", StringComparison.OrdinalIgnoreCase) ? "usd" : country.Equals("GB", StringComparison.OrdinalIgnoreCase) ? "gbp" : "eur"),
            ["details_submitted"] = ready,
            ["email"] = given.Text("email"),
            ["external_accounts"] = new JsonObject { ["object"] = "list", ["data"] = new JsonArray(), ["has_more"] = false, ["total_count"] = 0L, ["url"] = "/v1/accounts/external_accounts" },
            ["metadata"] = Documents.FromMap(metadata),
            ["payouts_enabled"] = ready,
            ["requirements"] = new JsonObject
            {
                ["alternatives"] = new JsonArray(),
                ["current_deadline"] = null,
                ["currently_due"] = ready ? new JsonArray() : new JsonArray("external_account", "tos_acceptance.date"),
                ["disabled_reason"] = ready ? null : "requirements.past_due",
                ["errors"] = new JsonArray(),
                ["eventually_due"] = new JsonArray(),
                ["past_due"] = new JsonArray(),
                ["pending_verification"] = new JsonArray(),
            },
            ["type"] = type,
        };
        work.Add(account);
        return StripeAnswer.Ok(account.Shown());
    }

    public static async Task<StripeAnswer> CreateAccountLink(StripeWork work, StripeParams given, string id)
    {
        given.Only("account", "refresh_url", "return_url", "type", "collect", "collection_options");
        var accountId = given.Required("account");
        var back = given.Required("return_url");
        given.OneOf("type", "account_onboarding", "account_update");
        if (given.Problem is { } problem) return problem;
        if (await work.Read("account", accountId) is null) return StripeAnswer.Missing("account", accountId, "account");
        return StripeAnswer.Ok(new JsonObject
        {
            ["object"] = "account_link",
            ["created"] = work.Now,
            ["expires_at"] = work.Now + 300,
            ["url"] = $"{work.Call.StripeUrl}/setup/{accountId}?return_url={Uri.EscapeDataString(back)}",
        });
    }

    /// <summary>What the host does on the provider's onboarding page: everything asked for is given.</summary>
    public static async Task<StripeAnswer> Onboard(StripeWork work, string id)
    {
        if (await work.Take("account", id) is not { } account) return StripeAnswer.Missing("account", id);
        account["charges_enabled"] = true;
        account["payouts_enabled"] = true;
        account["details_submitted"] = true;
        account["capabilities"] = new JsonObject { ["card_payments"] = "active", ["transfers"] = "active" };
        account.Part("requirements")!["currently_due"] = new JsonArray();
        account.Part("requirements")!["disabled_reason"] = null;
        work.Save(account);
        await work.Raise("account.updated", account);
        return StripeAnswer.Ok(account.Shown());
    }

    public static async Task<StripeAnswer> UpdateAccount(StripeWork work, StripeParams given, string id)
    {
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (await work.Take("account", id) is not { } account) return StripeAnswer.Missing("account", id);
        if (given.Has("email")) account["email"] = given.Text("email");
        if (given.Has("metadata")) account.Merge("metadata", metadata);
        work.Save(account);
        await work.Raise("account.updated", account);
        return StripeAnswer.Ok(account.Shown());
    }

    public static async Task<StripeAnswer> CreateTransfer(StripeWork work, StripeParams given, string id)
    {
        given.Only("amount", "currency", "destination", "description", "metadata", "source_transaction", "source_type", "transfer_group");
        var amount = given.RequiredWhole("amount", 1);
        var currency = given.Required("currency").ToLowerInvariant();
        var destination = given.Required("destination");
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (!Currencies.IsKnown(currency)) return StripeAnswer.Invalid($"Invalid currency: {currency}. Stripe does not currently support this currency.", "currency");
        if (await work.Read("account", destination) is not { } account) return StripeAnswer.Invalid($"No such destination: '{destination}'", "destination", "resource_missing", 404);
        if (account.Part("capabilities")?.Text("transfers") != "active")
        {
            return StripeAnswer.Invalid(
                "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments", null, "insufficient_capabilities_for_transfer");
        }
        var from = given.Text("source_transaction");
        if (from is not null)
        {
            if (await work.Take("charge", from) is not { } charge) return StripeAnswer.Missing("charge", from, "source_transaction");
            var already = (await work.ReadAll("transfer", "source_transaction", from)).Sum(t => t.Whole("amount") - t.Whole("amount_reversed"));
            if (already + amount > charge.Whole("amount_captured"))
                return StripeAnswer.Invalid("Insufficient funds in the source transaction: the transfers would be greater than the charge.", "amount", "balance_insufficient");
            charge["transfer_group"] ??= given.Text("transfer_group") ?? "group_" + charge.Text("payment_intent");
            work.Save(charge);
        }
        else if (await BalanceOf(work, currency) < amount)
        {
            return StripeAnswer.Invalid("You have insufficient available funds in your Stripe account.", null, "balance_insufficient");
        }
        var transfer = new JsonObject
        {
            ["id"] = StripeIds.New("tr"),
            ["object"] = "transfer",
            ["amount"] = amount,
            ["amount_reversed"] = 0L,
            ["balance_transaction"] = null,
            ["created"] = work.Now,
            ["currency"] = currency,
            ["description"] = given.Text("description"),
            ["destination"] = destination,
            ["destination_payment"] = StripeIds.New("py"),
            ["livemode"] = false,
            ["metadata"] = Documents.FromMap(metadata),
            ["reversals"] = new JsonObject { ["object"] = "list", ["data"] = new JsonArray(), ["has_more"] = false, ["total_count"] = 0L, ["url"] = "/v1/transfers/reversals" },
            ["reversed"] = false,
            ["source_transaction"] = from,
            ["source_type"] = "card",
            ["transfer_group"] = given.Text("transfer_group"),
        };
        transfer["balance_transaction"] = await CardNetwork.Balance(work, -amount, currency, "transfer", transfer.Id());
        work.Add(transfer);
        await work.Raise("transfer.created", transfer);
        return StripeAnswer.Ok(transfer.Shown());
    }

    public static async Task<StripeAnswer> Reverse(StripeWork work, StripeParams given, string id)
    {
        given.Only("amount", "description", "metadata", "refund_application_fee");
        var asked = given.Whole("amount", 1);
        if (given.Problem is { } problem) return problem;
        if (await work.Take("transfer", id) is not { } transfer) return StripeAnswer.Missing("transfer", id);
        var left = transfer.Whole("amount") - transfer.Whole("amount_reversed");
        if (left == 0) return StripeAnswer.Invalid($"Transfer {id} has already been reversed.", null, "transfer_already_reversed");
        if ((asked ?? left) > left)
            return StripeAnswer.Invalid($"Reversal amount ({Currencies.Format(asked!.Value, transfer.Text("currency")!)}) is greater than unreversed amount on transfer ({Currencies.Format(left, transfer.Text("currency")!)})", "amount");
        return StripeAnswer.Ok(await TakeBack(work, transfer, asked ?? left));
    }

    public static async Task<string> ReverseFor(StripeWork work, string transferId, long amount)
    {
        var transfer = (await work.Take("transfer", transferId))!;
        return (await TakeBack(work, transfer, Math.Min(amount, transfer.Whole("amount") - transfer.Whole("amount_reversed")))).Id();
    }

    static async Task<JsonObject> TakeBack(StripeWork work, JsonObject transfer, long amount)
    {
        var reversal = new JsonObject
        {
            ["id"] = StripeIds.New("trr"),
            ["object"] = "transfer_reversal",
            ["amount"] = amount,
            ["balance_transaction"] = null,
            ["created"] = work.Now,
            ["currency"] = transfer.Text("currency"),
            ["metadata"] = new JsonObject(),
            ["source_refund"] = null,
            ["transfer"] = transfer.Id(),
        };
        reversal["balance_transaction"] = await CardNetwork.Balance(work, amount, transfer.Text("currency")!, "transfer_cancel", reversal.Id());
        transfer["amount_reversed"] = transfer.Whole("amount_reversed") + amount;
        transfer["reversed"] = transfer.Whole("amount_reversed") == transfer.Whole("amount");
        work.Add(reversal);
        work.Save(transfer);
        await work.Raise("transfer.reversed", transfer);
        return reversal.Shown();
    }

    static async Task<long> BalanceOf(StripeWork work, string currency)
    {
        await work.Flush();
        await using var command = work.Command("select coalesce(sum((data ->> 'net')::bigint), 0)::bigint from stripe_objects where kind = 'balance_transaction' and data ->> 'currency' = $1", currency);
        return (long)(await command.ExecuteScalarAsync(work.Call.Aborted))!;
    }
}
