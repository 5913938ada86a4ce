using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>/v1/customers</summary>
internal static class Customers
{
    static readonly string[] Known =
        ["name", "email", "phone", "description", "metadata", "address", "shipping", "payment_method", "invoice_settings", "preferred_locales", "tax_exempt", "source", "balance", "test_clock"];

    public static async Task<StripeAnswer> Create(StripeWork work, StripeParams given, string id)
    {
        given.Only(Known);
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;

        var customer = new JsonObject
        {
            ["id"] = StripeIds.New("cus", 14),
            ["object"] = "customer",
            ["address"] = Addresses.Read(given, "address"),
            ["balance"] = 0L,
            ["created"] = work.Now,
            ["currency"] = null,
            ["default_source"] = null,
            ["delinquent"] = false,
            ["description"] = given.Text("description"),
            ["discount"] = null,
            ["email"] = given.Text("email"),
            ["invoice_prefix"] = StripeIds.Letters(8).ToUpperInvariant(),
            ["invoice_settings"] = new JsonObject { ["custom_fields"] = null, ["default_payment_method"] = null, ["footer"] = null, ["rendering_options"] = null },
            ["livemode"] = false,
            ["metadata"] = Documents.FromMap(metadata),
            ["name"] = given.Text("name"),
            ["next_invoice_sequence"] = 1L,
            ["phone"] = given.Text("phone"),
            ["preferred_locales"] = new JsonArray([.. given.List("preferred_locales").Select(l => (JsonNode?)l)]),
            ["shipping"] = Addresses.ReadShipping(given, "shipping"),
            ["tax_exempt"] = given.Text("tax_exempt") ?? "none",
            ["test_clock"] = null,
        };
        work.Add(customer);
        if (given.Text("payment_method") is { } method && await PaymentMethods.AttachTo(work, method, customer.Id()) is { Status: >= 400 } refused) return refused;
        await work.Raise("customer.created", customer);
        return StripeAnswer.Ok(customer.Shown());
    }

    public static async Task<StripeAnswer> Retrieve(StripeWork work, StripeParams given, string id)
    {
        if (await work.Read("customer", id) is not { } customer) return StripeAnswer.Missing("customer", id);
        return StripeAnswer.Ok(customer.Is("deleted") ? Deleted(id) : customer.Shown());
    }

    public static async Task<StripeAnswer> Update(StripeWork work, StripeParams given, string id)
    {
        given.Only(Known);
        var metadata = given.Metadata();
        if (given.Problem is { } problem) return problem;
        if (await work.Take("customer", id) is not { } customer || customer.Is("deleted")) return StripeAnswer.Missing("customer", id);

        foreach (var field in new[] { "name", "email", "phone", "description" })
            if (given.Has(field)) customer[field] = given.Text(field);
        if (given.Has("address")) customer["address"] = Addresses.Read(given, "address");
        if (given.Has("shipping")) customer["shipping"] = Addresses.ReadShipping(given, "shipping");
        if (given.Text("invoice_settings[default_payment_method]") is { } method) customer.Part("invoice_settings")!["default_payment_method"] = method;
        if (given.Has("metadata")) customer.Merge("metadata", metadata);
        work.Save(customer);
        await work.Raise("customer.updated", customer);
        return StripeAnswer.Ok(customer.Shown());
    }

    public static async Task<StripeAnswer> Delete(StripeWork work, StripeParams given, string id)
    {
        if (await work.Take("customer", id) is not { } customer || customer.Is("deleted")) return StripeAnswer.Missing("customer", id);
        await work.Raise("customer.deleted", customer);
        customer["deleted"] = true;
        work.Save(customer);
        return StripeAnswer.Ok(Deleted(id));
    }

    public static async Task<StripeAnswer> ListPaymentMethods(StripeWork work, StripeParams given, string id)
    {
        if (await work.Read("customer", id) is null) return StripeAnswer.Missing("customer", id);
        return await StripeLists.Page(work, given, "payment_method", $"/v1/customers/{id}/payment_methods", ["type"], "customer", id);
    }

    static JsonObject Deleted(string id) => new() { ["id"] = id, ["object"] = "customer", ["deleted"] = true };
}

/// <summary>Postal addresses as they stand in customers, billing details and shipping.</summary>
internal static class Addresses
{
    static readonly string[] Lines = ["city", "country", "line1", "line2", "postal_code", "state"];

    public static JsonObject? Read(StripeParams given, string prefix)
    {
        if (!Lines.Any(l => given.Text($"{prefix}[{l}]") is not null)) return null;
        return ReadOrEmpty(given, prefix);
    }

    public static JsonObject ReadOrEmpty(StripeParams given, string prefix)
    {
        var address = new JsonObject();
        foreach (var line in Lines) address[line] = given.Text($"{prefix}[{line}]");
        return address;
    }

    public static JsonObject? ReadShipping(StripeParams given, string prefix) => given.Text($"{prefix}[name]") is not { } name ? null : new JsonObject
    {
        ["address"] = ReadOrEmpty(given, $"{prefix}[address]"),
        ["carrier"] = given.Text($"{prefix}[carrier]"),
        ["name"] = name,
        ["phone"] = given.Text($"{prefix}[phone]"),
        ["tracking_number"] = given.Text($"{prefix}[tracking_number]"),
    };
}
