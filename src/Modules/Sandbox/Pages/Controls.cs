using System.Text.Json.Serialization;
using EstoSpaces.Sandbox.Stripe;
using EstoSpaces.Sandbox.Stripe.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Sandbox.Pages;

/// <summary>What a test may turn: how the post behaves, what is sent again, what the providers forget.</summary>
internal static class Controls
{
    /// <summary>Changes to the rules; what is left out stays as it is.</summary>
    internal sealed record RuleChanges(
        [property: JsonPropertyName("hold")] bool? Hold, [property: JsonPropertyName("delay_seconds")] double? DelaySeconds,
        [property: JsonPropertyName("jitter_seconds")] double? JitterSeconds, [property: JsonPropertyName("drop_next")] int? DropNext,
        [property: JsonPropertyName("duplicate_next")] int? DuplicateNext, [property: JsonPropertyName("lose_answers")] int? LoseAnswers,
        [property: JsonPropertyName("fail_requests")] int? FailRequests);

    internal sealed record Release([property: JsonPropertyName("order")] string? Order);

    public static void MapControls(this RouteGroupBuilder sandbox)
    {
        sandbox.MapGet("/stripe/webhooks", async (HttpContext http, StripeDoor door) => Wires.Json(Shown(await door.Work(http.Request, work => work.Rules()))));
        sandbox.MapPost("/stripe/webhooks", Change);
        sandbox.MapPost("/stripe/webhooks/release", LetGo);
        sandbox.MapGet("/stripe/deliveries.json", ListDeliveries);
        sandbox.MapPost("/stripe/deliveries/{id:long}/resend", Resend).DisableAntiforgery();
        sandbox.MapPost("/reset", Reset);
    }

    static async Task<IResult> Change(HttpContext http, StripeDoor door, RuleChanges changes)
    {
        var rules = await door.Work(http.Request, async work =>
        {
            await using var command = work.Command(
                """
                update stripe_delivery_rules set hold = coalesce($1, hold), delay_seconds = coalesce($2, delay_seconds), jitter_seconds = coalesce($3, jitter_seconds),
                    drop_next = coalesce($4, drop_next), duplicate_next = coalesce($5, duplicate_next), lose_answers = coalesce($6, lose_answers), fail_requests = coalesce($7, fail_requests)
                """);
            Add(command, changes.Hold, NpgsqlTypes.NpgsqlDbType.Boolean);
            Add(command, changes.DelaySeconds, NpgsqlTypes.NpgsqlDbType.Double);
            Add(command, changes.JitterSeconds, NpgsqlTypes.NpgsqlDbType.Double);
            foreach (var count in new[] { changes.DropNext, changes.DuplicateNext, changes.LoseAnswers, changes.FailRequests }) Add(command, count, NpgsqlTypes.NpgsqlDbType.Integer);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            return await work.Rules();
        });
        return Wires.Json(Shown(rules));
    }

    static async Task<IResult> LetGo(HttpContext http, StripeDoor door, WebhookBell bell, Release release)
    {
        var order = release.Order switch { null or "created" => "position", "reversed" => "-position", "shuffled" => "(random() * 1e9)::bigint", _ => null };
        if (order is null) return Results.BadRequest(new { error = "order is created, reversed or shuffled" });
        var released = await door.Work(http.Request, async work =>
        {
            await using var command = work.Command($"update stripe_deliveries set state = 'pending', due_at = $1, position = {order} where state = 'held'", StripeWork.RealTime);
            await using var open = work.Command("update stripe_delivery_rules set hold = false");
            await open.ExecuteNonQueryAsync(CancellationToken.None);
            return await command.ExecuteNonQueryAsync(CancellationToken.None);
        });
        bell.Ring();
        return Wires.Json(new { released });
    }

    static async Task<IResult> ListDeliveries(HttpContext http, NpgsqlDataSource database, string? payment_intent, string? type, string? state, int? limit)
    {
        var rows = await DeliveryRows.List(database, payment_intent, Math.Clamp(limit ?? 100, 1, 1000), http.RequestAborted);
        return Wires.Json(new
        {
            data = rows.Where(r => (type is null || r.Type == type) && (state is null || r.State == state)).Select(r => new
            {
                id = r.Id,
                event_id = r.EventId,
                type = r.Type,
                subject = r.Subject,
                endpoint_id = r.EndpointId,
                url = r.Url,
                state = r.State,
                attempts = r.Attempts,
                last_status = r.LastStatus,
                last_answer = r.LastAnswer,
                due_at = r.DueAt,
                delivered_at = r.DeliveredAt,
            }),
        });
    }

    static async Task<IResult> Resend(HttpContext http, StripeDoor door, WebhookBell bell, long id)
    {
        var again = await door.Work(http.Request, async work =>
        {
            await using var command = work.Command(
                """
                insert into stripe_deliveries (event_id, event_type, endpoint_id, state, position, due_at, created_at)
                select event_id, event_type, endpoint_id, 'pending', position, $2, $2 from stripe_deliveries where id = $1 returning id
                """, id, StripeWork.RealTime);
            return (long?)await command.ExecuteScalarAsync(CancellationToken.None);
        });
        bell.Ring();
        if (again is null) return Results.NotFound();
        var back = http.Request.HasFormContentType ? (await http.Request.ReadFormAsync(http.RequestAborted))["back"].ToString() : "";
        return back.StartsWith("/sandbox/", StringComparison.Ordinal) ? Results.Redirect(back) : Wires.Json(new { id = again });
    }

    /// <summary>Forgets everything except the endpoints that were registered and the key of the push account.</summary>
    static async Task<IResult> Reset(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            delete from stripe_deliveries; delete from stripe_objects where kind <> 'webhook_endpoint'; delete from stripe_idempotency;
            delete from stripe_delivery_rules; insert into stripe_delivery_rules default values;
            delete from mails; delete from phone_messages; delete from fcm_tokens;
            """);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
        return Results.NoContent();
    }

    static object Shown(DeliveryRules rules) => new
    {
        hold = rules.Hold,
        delay_seconds = rules.DelaySeconds,
        jitter_seconds = rules.JitterSeconds,
        drop_next = rules.DropNext,
        duplicate_next = rules.DuplicateNext,
        lose_answers = rules.LoseAnswers,
        fail_requests = rules.FailRequests,
    };

    static void Add(NpgsqlCommand command, object? value, NpgsqlTypes.NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}
