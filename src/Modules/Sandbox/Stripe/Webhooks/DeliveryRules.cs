using System.Text.Json.Nodes;

namespace EstoSpaces.Sandbox.Stripe.Webhooks;

/// <summary>How badly the post behaves. All rules are off unless a test turns them on.</summary>
/// <param name="Hold">Keep every new delivery back until it is released, in the order the release asks for.</param>
/// <param name="DelaySeconds">Deliver that much later.</param>
/// <param name="JitterSeconds">Deliver up to that much later, each by its own chance, so that the order is lost.</param>
/// <param name="DropNext">How many of the next events never leave.</param>
/// <param name="DuplicateNext">How many of the events after those are sent twice.</param>
/// <param name="LoseAnswers">How many of the next API calls do their work and then break the connection before answering.</param>
/// <param name="FailRequests">How many of the next API calls are answered 500 with nothing done.</param>
internal sealed record DeliveryRules(bool Hold, double DelaySeconds, double JitterSeconds, int DropNext, int DuplicateNext, int LoseAnswers, int FailRequests)
{
    /// <summary>The rules, and the endpoints that events go to.</summary>
    public static async Task<(DeliveryRules Rules, List<JsonObject> Endpoints)> Load(StripeWork work)
    {
        await using var command = work.Command(
            """
            select hold, delay_seconds, jitter_seconds, drop_next, duplicate_next, lose_answers, fail_requests,
                (select coalesce(json_agg(data order by seq), '[]')::text from stripe_objects where kind = 'webhook_endpoint')
            from stripe_delivery_rules
            """);
        await using var reader = await command.ExecuteReaderAsync(work.Call.Aborted);
        await reader.ReadAsync(work.Call.Aborted);
        var rules = new DeliveryRules(reader.GetBoolean(0), reader.GetDouble(1), reader.GetDouble(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6));
        return (rules, [.. JsonNode.Parse(reader.GetString(7))!.AsArray().Select(e => (JsonObject)e!.DeepClone())]);
    }

    /// <summary>Writes the deliveries of one event. Dropped or doubled it is for all endpoints alike.</summary>
    public static async Task Enqueue(StripeWork work, JsonObject evt, IReadOnlyList<string> endpoints)
    {
        if (endpoints.Count == 0) return;
        var rules = await work.Rules();
        var state = rules.DropNext > 0 && await Spend(work, "drop_next") ? "dropped" : rules.Hold ? "held" : "pending";
        var copies = state != "dropped" && rules.DuplicateNext > 0 && await Spend(work, "duplicate_next") ? 2 : 1;
        foreach (var endpoint in endpoints.SelectMany(e => Enumerable.Repeat(e, copies)))
        {
            var wait = rules.DelaySeconds + rules.JitterSeconds * Random.Shared.NextDouble();
            work.Afterwards(
                """
                insert into stripe_deliveries (event_id, event_type, endpoint_id, state, position, due_at, created_at)
                select $1, $2, $3, $4, seq, $5, $6 from stripe_objects where id = $1
                """, evt.Id(), evt.Text("type"), endpoint, state, StripeWork.RealTime + TimeSpan.FromSeconds(wait), StripeWork.RealTime);
        }
    }

    public static async Task<bool> FailsThisRequest(StripeWork work) => (await work.Rules()).FailRequests > 0 && await Spend(work, "fail_requests");

    public static async Task<bool> LosesThisAnswer(StripeWork work) => (await work.Rules()).LoseAnswers > 0 && await Spend(work, "lose_answers");

    static async Task<bool> Spend(StripeWork work, string counter)
    {
        // The row is locked only while a test has set the counter: else no row matches.
        await using var spend = work.Command($"update stripe_delivery_rules set {counter} = {counter} - 1 where {counter} > 0");
        return await spend.ExecuteNonQueryAsync(work.Call.Aborted) > 0;
    }
}
