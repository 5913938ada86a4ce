using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Payments.Stripe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Slices;

/// <summary>
/// The payer confirms. With a payment method of the provider's it is charged from here (for API clients and pages without scripts): a decline is refused with 402 and its code, and a bank that wants
/// to see its customer answers requires_action with the address to go to. Without one the provider is asked where the payment stands: what the page does after its form has confirmed.
/// </summary>
public static class ConfirmPayment
{
    public sealed record Request(string? PaymentMethod, string? ReturnUrl) : IChecked
    {
        public IEnumerable<Refusal?> Check() =>
        [
            Checks.Length(PaymentMethod, "payment_method", 1, 255), Checks.Length(ReturnUrl, "return_url", 1, 2000),
            Checks.That(ReturnUrl is null || Uri.TryCreate(ReturnUrl, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https", "return_url_invalid", "return_url must be an http or https address.", "return_url"),
        ];
    }

    public static void Map(RouteGroupBuilder payments) => payments.MapPost("/{id}/confirm", HandleAsync).WithName("ConfirmPayment").Idempotent().Produces<PaymentView>().ProducesProblem(402);

    private static async Task<IResult> HandleAsync(PaymentId id, Request? request, Caller caller, PaymentsDb db, AttemptDesk attempts, StripePayments cards, PaymentTruth truth, PaymentViews views, CancellationToken ct)
    {
        if (await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id && p.GuestId == caller.UserId, ct) is not { } payment) return PaymentRefusals.NotFound.ToProblem();
        if (payment.HasEscrow && request?.PaymentMethod is not null) return PaymentRefusals.NotByCard.ToProblem();
        if (payment.IsOpen && request?.PaymentMethod is { } card)
        {
            var ensured = await attempts.EnsureAsync(id, AttemptKind.Intent, ct);
            if (ensured.Refused) return ensured.Refusal.ToProblem();
            if (await attempts.LiveAsync(id, ct) is { Kind: AttemptKind.Intent, Status: AttemptStatus.Open } attempt)
            {
                var word = await cards.ConfirmAsync(payment, attempt, card, request.ReturnUrl, ct);
                if (word.Refused) return word.Refusal.ToProblem();
                payment = await truth.HearAsync(id, word.Value, ct) ?? payment;
                if (payment.IsOpen && word.Value is { Status: ProviderStatus.RequiresPaymentMethod, Failure: { } failure }) return PaymentRefusals.Declined(failure.Code, failure.Message).ToProblem();
            }
            else payment = await attempts.ReadAsync(id, ct);
        }
        else payment = await attempts.RefreshAsync(payment, evenIfFresh: true, ct);
        return payment.Status is PaymentStatus.Cancelled ? PaymentRefusals.Cancelled.ToProblem() : TypedResults.Ok(await views.ShowAsync(payment, caller, ct));
    }
}
