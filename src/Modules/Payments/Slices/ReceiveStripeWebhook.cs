using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Payments.Stripe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments.Slices;

/// <summary>
/// Stripe tells what happened. Only its signature lets it in. Each event has its effect once, in the transaction that notes its id; events in the wrong order do no harm, because only a final state is taken
/// from the event itself and Stripe is asked for every other. What we do not know is answered 200 and left alone.
/// </summary>
public sealed class ReceiveStripeWebhook(PaymentsDb db, PaymentTruth truth, PaymentProviders providers)
{
    private const int LargestBody = 512 * 1024;

    public static void Map(RouteGroupBuilder webhooks) => webhooks.MapPost("/stripe", HandleAsync).WithName("ReceiveStripeWebhook").AllowAnonymous();

    private static async Task<IResult> HandleAsync(HttpRequest request, StripeSettings settings, ReceiveStripeWebhook receive, ILogger<ReceiveStripeWebhook> log, CancellationToken ct)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, ct);
        if (buffer.Length > LargestBody) return PaymentRefusals.BodyInvalid.ToProblem();
        var body = buffer.ToArray();
        if (settings.WebhookSecret is not { Length: > 0 } secret || !WebhookSignature.IsValid(request.Headers["Stripe-Signature"].ToString(), body, secret, TimeProvider.System.GetUtcNow()))
        {
            log.SignatureRefused();
            return PaymentRefusals.SignatureInvalid.ToProblem();
        }
        StripeEvent? received;
        try { received = StripeClient.Parse<StripeEvent>(body); }
        catch (JsonException) { return PaymentRefusals.BodyInvalid.ToProblem(); }
        if (received is not { Id.Length: > 0, Type.Length: > 0 }) return PaymentRefusals.BodyInvalid.ToProblem();
        await receive.ReceiveAsync(received, ct);
        return TypedResults.Ok(new { received = true });
    }

    private async Task ReceiveAsync(StripeEvent received, CancellationToken ct)
    {
        if (await db.Database.SqlQuery<int>($"select count(*)::int as \"Value\" from webhook_events where id = {received.Id}").SingleAsync(ct) > 0) return;
        var what = received.Data?.Object ?? default;
        var effect = received.Type switch
        {
            _ when what.ValueKind is not JsonValueKind.Object => null,
            "payment_intent.succeeded" or "payment_intent.canceled" or "payment_intent.payment_failed" or "payment_intent.requires_action" or "payment_intent.processing" => await IntentAsync(what, ct),
            "checkout.session.completed" or "checkout.session.expired" => await AskAsync(Ours(what), ct),
            "refund.created" or "refund.updated" or "refund.failed" or "charge.refund.updated" => Refund(what, ct),
            _ => null,
        };
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (kind, about) = (effect is null ? "ignored" : "applied", what.ValueKind is JsonValueKind.Object && what.TryGetProperty("id", out var id) ? id.GetString() : null);
        var isNew = await db.Database.ExecuteSqlAsync($"insert into webhook_events (id, type, object_id, outcome) values ({received.Id}, {received.Type}, {about}, {kind}) on conflict do nothing", ct);
        if (isNew == 0) return;
        if (effect is not null) await effect();
        await transaction.CommitAsync(ct);
    }

    private async Task<Func<Task>?> IntentAsync(JsonElement what, CancellationToken ct)
    {
        if (Ours(what) is not { } ours) return null;
        // Final states need no question: nothing can follow them.
        if (what.Deserialize<StripeIntent>(Snake) is { Status: "succeeded" or "canceled" } final && await KindAsync(ours, ct) is AttemptKind.Intent)
            return () => truth.HearAsync(ours.Payment, StripePayments.Word(ours.Attempt, final.Id, final), ct);
        return await AskAsync(ours, ct);
    }

    private async Task<Func<Task>?> AskAsync((PaymentId Payment, int Attempt)? about, CancellationToken ct)
    {
        if (about is not { } ours) return null;
        var payment = await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Id == ours.Payment, ct);
        var attempt = await db.Attempts.AsNoTracking().SingleOrDefaultAsync(a => a.PaymentId == ours.Payment && a.Attempt == ours.Attempt, ct);
        // Not opened, as far as we know: whoever opens it right now hears the state in the same answer.
        if (payment is null || attempt?.ProviderId is null || payment.Provider != StripePayments.ProviderName) return null;
        var word = await providers.Of(payment).ReadAsync(payment, attempt, ct);
        return () => truth.HearAsync(payment.Id, word, ct);
    }

    private async Task<AttemptKind?> KindAsync((PaymentId Payment, int Attempt) ours, CancellationToken ct) =>
        await db.Attempts.AsNoTracking().Where(a => a.PaymentId == ours.Payment && a.Attempt == ours.Attempt).Select(a => (AttemptKind?)a.Kind).SingleOrDefaultAsync(ct);

    private Func<Task>? Refund(JsonElement what, CancellationToken ct)
    {
        var refund = what.Deserialize<StripeRefund>(Snake);
        if (refund?.Metadata is null || !refund.Metadata.TryGetValue("refund_id", out var text) || !RefundId.TryParse(text, out var id)) return null;
        return () => truth.HearRefundAsync(id, StripePayments.Word(refund), ct);
    }

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static (PaymentId Payment, int Attempt)? Ours(JsonElement what)
    {
        if (!what.TryGetProperty("metadata", out var metadata) || metadata.ValueKind is not JsonValueKind.Object) return null;
        if (!metadata.TryGetProperty("payment_id", out var payment) || !PaymentId.TryParse(payment.GetString(), out var id)) return null;
        return metadata.TryGetProperty("attempt", out var attempt) && int.TryParse(attempt.GetString(), out var number) ? (id, number) : null;
    }
}
