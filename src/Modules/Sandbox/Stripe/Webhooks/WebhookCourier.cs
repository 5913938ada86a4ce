using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Sandbox.Stripe.Webhooks;

/// <summary>
/// Carries events to their endpoints: claims what is due under a lease, posts it signed, tries again with growing
/// pauses for three days. It lives by real time, whatever the product's clock says. At least once: a courier that dies between posting and writing it down posts again.
/// </summary>
internal sealed class WebhookCourier(NpgsqlDataSource database, WebhookBell bell, ILogger<WebhookCourier> log) : BackgroundService
{
    static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(4), TimeSpan.FromHours(12), TimeSpan.FromHours(24), TimeSpan.FromHours(30),
    ];

    const int AtOnce = 12;

    static readonly TimeSpan Lease = TimeSpan.FromMinutes(3);

    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(10),
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var carried = 0;
            try
            {
                carried = await CarryOnce(stoppingToken);
            }
            catch (NpgsqlException failure)
            {
                Log.CourierStumbled(log, failure);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            try
            {
                if (carried == 0) await bell.Wait(TimeSpan.FromSeconds(1), stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }

    async Task<int> CarryOnce(CancellationToken ct)
    {
        var due = await Claim(ct);
        // What one payment has to tell one endpoint goes one after the other, in order; payments do not wait for each other.
        await Parallel.ForEachAsync(due.GroupBy(d => (d.EndpointId, d.About)), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (group, inner) =>
        {
            foreach (var delivery in group) await Carry(delivery, inner);
        });
        return due.Count;
    }

    async Task<List<Delivery>> Claim(CancellationToken ct)
    {
        await using var claim = database.CreateCommand(
            """
            with due as (
                select id from stripe_deliveries
                where state = 'pending' and due_at <= $1 and (leased_until is null or leased_until < $1)
                order by due_at, position, id limit 100 for update skip locked)
            update stripe_deliveries d set leased_until = $2, attempts = attempts + 1
            from due where d.id = due.id
            returning d.id, d.event_id, d.endpoint_id, d.attempts, d.due_at, d.position,
                (select data::text from stripe_objects where id = d.event_id), (select data::text from stripe_objects where id = d.endpoint_id)
            """);
        var now = StripeWork.RealTime;
        claim.Parameters.Add(new() { Value = now });
        claim.Parameters.Add(new() { Value = now + Lease });
        await using var reader = await claim.ExecuteReaderAsync(ct);
        var found = new List<Delivery>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt64(5),
                (JsonObject)JsonNode.Parse(reader.GetString(6))!, reader.IsDBNull(7) ? null : (JsonObject)JsonNode.Parse(reader.GetString(7))!));
        }
        return [.. found.OrderBy(d => d.DueAt).ThenBy(d => d.Position).ThenBy(d => d.Id)];
    }

    async Task Carry(Delivery delivery, CancellationToken ct)
    {
        if (delivery.Endpoint is not { } endpoint || endpoint.Text("status") != "enabled")
        {
            await WriteDown(delivery, "dropped", null, "The endpoint was removed or disabled.", ct);
            return;
        }
        var payload = delivery.Event.ToJsonString(Indented);
        int? status = null;
        string answer;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Text("url"));
            request.Content = new StringContent(payload, Encoding.UTF8, "application/json");
            request.Headers.TryAddWithoutValidation("Stripe-Signature", WebhookSignature.Header(endpoint.Secretly().Text("secret")!, payload, StripeWork.RealTime));
            request.Headers.TryAddWithoutValidation("User-Agent", "Stripe/1.0 (sandbox)");
            request.Headers.TryAddWithoutValidation("Accept", "*/*; q=0.5, application/xml");
            using var response = await http.SendAsync(request, ct);
            status = (int)response.StatusCode;
            var text = await response.Content.ReadAsStringAsync(ct);
            answer = text.Length > 2000 ? text[..2000] : text;
        }
        catch (HttpRequestException failure)
        {
            answer = failure.Message;
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            answer = "No answer within 10 seconds.";
        }
        var delivered = status is >= (int)HttpStatusCode.OK and < (int)HttpStatusCode.MultipleChoices;
        await WriteDown(delivery, delivered ? "delivered" : delivery.Attempts > Pauses.Length ? "failed" : "pending", status, answer, ct);
        if (!delivered) Log.DeliveryRefused(log, delivery.EventId, delivery.Attempts, status, answer.Length > 200 ? answer[..200] : answer);
    }

    async Task WriteDown(Delivery delivery, string state, int? status, string answer, CancellationToken ct)
    {
        var now = StripeWork.RealTime;
        await using var command = database.CreateCommand(
            """
            update stripe_deliveries set state = $2, last_status = $3, last_answer = $4, leased_until = null,
                delivered_at = case when $2 = 'delivered' then $5 end, due_at = case when $2 = 'pending' then $6 else due_at end
            where id = $1
            """);
        command.Parameters.Add(new() { Value = delivery.Id });
        command.Parameters.Add(new() { Value = state });
        command.Parameters.Add(new() { Value = status is { } s ? s : DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = answer.Replace("\0", "", StringComparison.Ordinal) });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now + Pauses[Math.Min(delivery.Attempts, Pauses.Length) - 1] });
        await command.ExecuteNonQueryAsync(ct);
    }

    sealed record Delivery(long Id, string EventId, string EndpointId, int Attempts, DateTimeOffset DueAt, long Position, JsonObject Event, JsonObject? Endpoint)
    {
        public string? About => Event.Part("data")?.Part("object") is { } about ? about.Text("payment_intent") ?? about.Text("id") : null;
    }
}
