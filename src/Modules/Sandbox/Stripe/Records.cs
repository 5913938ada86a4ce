using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>What is only read, or hardly changed: charges, balance transactions, events, and the endpoints that events go to.</summary>
internal static class Records
{
    /// <summary>The endpoint that the settings name: kept under one id, so that a restart does not add another.</summary>
    public const string ProductEndpoint = "we_estospaces_product";

    public static StripeHandler Retrieve(string kind) => async (work, given, id) =>
        await work.Read(kind, id) is { } found ? StripeAnswer.Ok(found.Shown()) : StripeAnswer.Missing(kind, id);

    public static async Task<StripeAnswer> UpdateCharge(StripeWork work, StripeParams given, string id)
    {
        given.Only("description", "metadata", "receipt_email", "shipping", "transfer_group", "customer", "fraud_details");
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (await work.Take("charge", id) is not { } charge) return StripeAnswer.Missing("charge", id);
        foreach (var field in new[] { "description", "receipt_email", "transfer_group" })
            if (given.Has(field)) charge[field] = given.Text(field);
        if (given.Has("metadata")) charge.Merge("metadata", metadata);
        work.Save(charge);
        await work.Raise("charge.updated", charge);
        return StripeAnswer.Ok(charge.Shown());
    }

    public static Task<StripeAnswer> ListEvents(StripeWork work, StripeParams given, string id) =>
        StripeLists.Page(work, given, "event", "/v1/events", ["type"]);

    public static async Task<StripeAnswer> Balance(StripeWork work, StripeParams given, string id)
    {
        await using var command = work.Command(
            """
            select coalesce(json_agg(json_build_object('amount', amount, 'currency', currency, 'source_types', json_build_object('card', amount))), '[]')::text
            from (select data ->> 'currency' as currency, sum((data ->> 'net')::bigint) as amount from stripe_objects where kind = 'balance_transaction' group by 1 order by 1) per_currency
            """);
        var pending = JsonNode.Parse((string)(await command.ExecuteScalarAsync(work.Call.Aborted))!)!;
        return StripeAnswer.Ok(new JsonObject { ["object"] = "balance", ["available"] = new JsonArray(), ["livemode"] = false, ["pending"] = pending });
    }

    public static async Task<StripeAnswer> CreateEndpoint(StripeWork work, StripeParams given, string id)
    {
        given.Only("url", "enabled_events", "api_version", "connect", "description", "metadata");
        var url = given.Required("url");
        var events = given.List("enabled_events");
        var metadata = given.Metadata();
        if (events.Count == 0) given.Refuse(StripeAnswer.Invalid("Missing required param: enabled_events.", "enabled_events", "parameter_missing"));
        if (given.Problem is { } problem) return problem;
        if (!IsWeb(url)) return StripeAnswer.Invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid");

        var endpoint = Endpoint(work, StripeIds.New("we"), url, events, StripeIds.New("whsec", 32), given.Text("api_version"), given.Text("description"));
        endpoint["metadata"] = Documents.FromMap(metadata);
        work.Add(endpoint);
        var shown = endpoint.Shown();
        // The one time that the secret is shown.
        shown["secret"] = endpoint.Secretly().Text("secret");
        return StripeAnswer.Ok(shown);
    }

    public static JsonObject Endpoint(StripeWork work, string id, string url, List<string> events, string secret, string? version, string? description) => new()
    {
        ["id"] = id,
        ["object"] = "webhook_endpoint",
        ["api_version"] = version,
        ["application"] = null,
        ["created"] = work.Now,
        ["description"] = description,
        ["enabled_events"] = new JsonArray([.. events.Select(e => (JsonNode?)e)]),
        ["livemode"] = false,
        ["metadata"] = new JsonObject(),
        ["status"] = "enabled",
        ["url"] = url,
        [Documents.Hidden] = new JsonObject { ["secret"] = secret },
    };

    public static async Task<StripeAnswer> UpdateEndpoint(StripeWork work, StripeParams given, string id)
    {
        given.Only("url", "enabled_events", "description", "disabled", "metadata");
        var disabled = given.Flag("disabled");
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (await work.Take("webhook_endpoint", id) is not { } endpoint) return StripeAnswer.Missing("webhook_endpoint", id);
        if (given.Text("url") is { } url)
        {
            if (!IsWeb(url)) return StripeAnswer.Invalid("Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid");
            endpoint["url"] = url;
        }
        if (given.List("enabled_events") is { Count: > 0 } events) endpoint["enabled_events"] = new JsonArray([.. events.Select(e => (JsonNode?)e)]);
        if (given.Has("description")) endpoint["description"] = given.Text("description");
        if (disabled is { } off) endpoint["status"] = off ? "disabled" : "enabled";
        if (given.Has("metadata")) endpoint.Merge("metadata", metadata);
        work.Save(endpoint);
        return StripeAnswer.Ok(endpoint.Shown());
    }

    public static async Task<StripeAnswer> DeleteEndpoint(StripeWork work, StripeParams given, string id)
    {
        if (await work.Take("webhook_endpoint", id) is null) return StripeAnswer.Missing("webhook_endpoint", id);
        await work.Remove(id);
        return StripeAnswer.Ok(new JsonObject { ["id"] = id, ["object"] = "webhook_endpoint", ["deleted"] = true });
    }

    static bool IsWeb(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme is "http" or "https");
}
