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

    readonly Dictionary<string, JsonObject> known = [];
    readonly List<(string Id, bool New)> unwritten = [];
    readonly List<NpgsqlBatchCommand> letters = [];
    Webhooks.DeliveryRules? rules;
    List<JsonObject> endpoints = [];

    public NpgsqlConnection Connection => connection;

    public StripeCall Call => call;

    public DateTimeOffset Time => clock.GetUtcNow();

    /// <summary>The time of what is no business of the product's: post, keys, signatures. The product's clock does not move it.</summary>
    public static DateTimeOffset RealTime => TimeProvider.System.GetUtcNow();

    public long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>True once an event waits for delivery: the mailman is woken after the commit.</summary>
    public bool HasMail { get; private set; }

    /// <summary>How the post behaves, as it stood when the call first asked.</summary>
    public async Task<Webhooks.DeliveryRules> Rules()
    {
        if (rules is not null) return rules;
        (rules, endpoints) = await Webhooks.DeliveryRules.Load(this);
        return rules;
    }

    /// <summary>Reads an object without locking it.</summary>
    public Task<JsonObject?> Read(string kind, string id) => Load(kind, id, "");

    /// <summary>Reads an object in order to change it: others who want to change it wait until this transaction ends.</summary>
    public Task<JsonObject?> Take(string kind, string id) => Load(kind, id, " for update");

    async Task<JsonObject?> Load(string kind, string id, string suffix)
    {
        // What this call made or changed is not in the database yet.
        if (known.TryGetValue(id, out var mine)) return mine.Text("object") == kind ? mine : null;
        await using var command = Command("select data::text from stripe_objects where id = $1 and kind = $2" + suffix, id, kind);
        return await command.ExecuteScalarAsync(call.Aborted) is string text ? (JsonObject)JsonNode.Parse(text)! : null;
    }

    public async Task<List<JsonObject>> ReadAll(string kind, string field, string value)
    {
        await Flush();
        await using var command = Command("select data::text from stripe_objects where kind = $1 and data ->> $2 = $3 order by seq desc", kind, field, value);
        await using var reader = await command.ExecuteReaderAsync(call.Aborted);
        var found = new List<JsonObject>();
        while (await reader.ReadAsync(call.Aborted)) found.Add((JsonObject)JsonNode.Parse(reader.GetString(0))!);
        return found;
    }

    /// <summary>The object is new. It is written at the end, in the state it has then.</summary>
    public void Add(JsonObject document)
    {
        known[document.Id()] = document;
        unwritten.Add((document.Id(), New: true));
    }

    /// <summary>The object was changed. It is written at the end, in the state it has then.</summary>
    public void Save(JsonObject document)
    {
        known[document.Id()] = document;
        if (!unwritten.Exists(u => u.Id == document.Id())) unwritten.Add((document.Id(), New: false));
    }

    /// <summary>Writes everything that was made, changed and raised, in one exchange with the database.</summary>
    public async Task Flush()
    {
        if (unwritten.Count == 0 && letters.Count == 0) return;
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (id, isNew) in unwritten)
        {
            var document = known[id];
            var text = document.ToJsonString(Compact);
            batch.BatchCommands.Add(isNew
                ? Statement("insert into stripe_objects (id, kind, created_at, data) values ($1, $2, $3, $4::json)", id, document.Text("object")!, Time, text)
                : Statement("update stripe_objects set data = $2::json where id = $1", id, text));
        }
        foreach (var letter in letters) batch.BatchCommands.Add(letter);
        unwritten.Clear();
        letters.Clear();
        await batch.ExecuteNonQueryAsync(call.Aborted);
    }

    /// <summary>A statement to run at the end, after the objects are written.</summary>
    public void Afterwards(string sql, params ReadOnlySpan<object?> values) => letters.Add(Statement(sql, values));

    public async Task Remove(string id)
    {
        await Flush();
        known.Remove(id);
        await using var command = Command("delete from stripe_objects where id = $1", id);
        await command.ExecuteNonQueryAsync(call.Aborted);
    }

    /// <summary>Writes an event and one delivery for every endpoint that asked for its type.</summary>
    public async Task Raise(string type, JsonObject document, JsonObject? previous = null)
    {
        var data = new JsonObject { ["object"] = document.Shown() };
        if (previous is not null) data["previous_attributes"] = previous;
        var wanted = new List<string>();
        await Rules();
        foreach (var endpoint in endpoints)
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
        Add(evt);
        await Webhooks.DeliveryRules.Enqueue(this, evt, wanted);
        HasMail |= wanted.Count > 0;
    }

    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    static NpgsqlBatchCommand Statement(string sql, params ReadOnlySpan<object?> values)
    {
        var statement = new NpgsqlBatchCommand(sql);
        foreach (var value in values) statement.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return statement;
    }
}

/// <summary>Who calls, how, and under which request id.</summary>
internal sealed record StripeCall(
    string RequestId, string Version, string? IdempotencyKey, bool Publishable, string PublicUrl, CancellationToken Aborted)
{
    /// <summary>Where the Stripe part of the sandbox lives, as a browser reaches it.</summary>
    public string StripeUrl => PublicUrl + "/stripe";
}
