using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>
/// One transaction on behalf of one call: what it reads, writes and raises is committed together with the answer
/// kept for its Idempotency-Key, before the caller hears anything.
/// </summary>
internal sealed class StripeWork(NpgsqlConnection connection, TimeProvider clock, StripeCall call)
{
    /// <summary>The version in which answers and events are shaped when a caller names none.</summary>
    public const string DefaultVersion = "2024-06-20";

    static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public NpgsqlConnection Connection => connection;

    public StripeCall Call => call;

    public DateTimeOffset Time => clock.GetUtcNow();

    public long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>True once an event waits for delivery: the mailman is woken after the commit.</summary>
    public bool HasMail { get; private set; }

    /// <summary>Reads an object without locking it.</summary>
    public Task<JsonObject?> Read(string kind, string id) => Load(kind, id, "");

    /// <summary>Reads an object in order to change it: others who want to change it wait until this transaction ends.</summary>
    public Task<JsonObject?> Take(string kind, string id) => Load(kind, id, " for update");

    async Task<JsonObject?> Load(string kind, string id, string suffix)
    {
        await using var command = Command("select data::text from stripe_objects where id = $1 and kind = $2" + suffix, id, kind);
        return await command.ExecuteScalarAsync(call.Aborted) is string text ? (JsonObject)JsonNode.Parse(text)! : null;
    }

    public async Task<List<JsonObject>> ReadAll(string kind, string field, string value)
    {
        await using var command = Command("select data::text from stripe_objects where kind = $1 and data ->> $2 = $3 order by seq desc", kind, field, value);
        await using var reader = await command.ExecuteReaderAsync(call.Aborted);
        var found = new List<JsonObject>();
        while (await reader.ReadAsync(call.Aborted)) found.Add((JsonObject)JsonNode.Parse(reader.GetString(0))!);
        return found;
    }

    public async Task Add(JsonObject document)
    {
        await using var command = Command("insert into stripe_objects (id, kind, created_at, data) values ($1, $2, $3, $4::json)",
            document.Id(), document.Text("object")!, Time, document.ToJsonString(Compact));
        await command.ExecuteNonQueryAsync(call.Aborted);
    }

    public async Task Save(JsonObject document)
    {
        await using var command = Command("update stripe_objects set data = $2::json where id = $1", document.Id(), document.ToJsonString(Compact));
        await command.ExecuteNonQueryAsync(call.Aborted);
    }

    public async Task Remove(string id)
    {
        await using var command = Command("delete from stripe_objects where id = $1", id);
        await command.ExecuteNonQueryAsync(call.Aborted);
    }

    /// <summary>Writes an event and one delivery for every endpoint that asked for its type.</summary>
    public async Task Raise(string type, JsonObject document, JsonObject? previous = null)
    {
        var data = new JsonObject { ["object"] = document.Shown() };
        if (previous is not null) data["previous_attributes"] = previous;
        var wanted = new List<string>();
        foreach (var endpoint in await AllOf("webhook_endpoint"))
        {
            var events = endpoint["enabled_events"]!.AsArray().Select(e => (string)e!).ToList();
            if (endpoint.Text("status") == "enabled" && (events.Contains("*") || events.Contains(type))) wanted.Add(endpoint.Id());
        }
        var evt = new JsonObject
        {
            ["id"] = StripeIds.New("evt"),
            ["object"] = "event",
            ["api_version"] = call.Version,
            ["created"] = Now,
            ["data"] = data,
            ["livemode"] = false,
            ["pending_webhooks"] = (long)wanted.Count,
            ["request"] = new JsonObject { ["id"] = call.RequestId, ["idempotency_key"] = call.IdempotencyKey },
            ["type"] = type,
        };
        await Add(evt);
        await Webhooks.DeliveryRules.Enqueue(this, evt, wanted);
        HasMail |= wanted.Count > 0;
    }

    public async Task<List<JsonObject>> AllOf(string kind)
    {
        await using var command = Command("select data::text from stripe_objects where kind = $1 order by seq", kind);
        await using var reader = await command.ExecuteReaderAsync(call.Aborted);
        var found = new List<JsonObject>();
        while (await reader.ReadAsync(call.Aborted)) found.Add((JsonObject)JsonNode.Parse(reader.GetString(0))!);
        return found;
    }

    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}

/// <summary>Who calls, how, and under which request id.</summary>
internal sealed record StripeCall(
    string RequestId, string Version, string? IdempotencyKey, bool Publishable, string PublicUrl, CancellationToken Aborted)
{
    /// <summary>Where the Stripe part of the sandbox lives, as a browser reaches it.</summary>
    public string StripeUrl => PublicUrl + "/stripe";
}
