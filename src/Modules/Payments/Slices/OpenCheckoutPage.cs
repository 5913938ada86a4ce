using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Slices;

/// <summary>The payer asks for a page of the provider's own to pay on, for browsers without scripts. What was open in our page is closed first, so that one payment can't be made twice.</summary>
public static class OpenCheckoutPage
{
    public static void Map(RouteGroupBuilder payments) => payments.MapPost("/{id}/checkout-session", HandleAsync).WithName("OpenCheckoutPage").Idempotent().Produces<PaymentView>();

    private static async Task<IResult> HandleAsync(PaymentId id, Caller caller, PaymentsDb db, AttemptDesk attempts, PaymentViews views, CancellationToken ct)
    {
        if (await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id && p.GuestId == caller.UserId, ct) is not { } asked) return PaymentRefusals.NotFound.ToProblem();
        if (asked.HasEscrow) return PaymentRefusals.NotByCard.ToProblem();
        var payment = await attempts.EnsureAsync(id, AttemptKind.Page, ct);
        if (payment.Refused) return payment.Refusal.ToProblem();
        return payment.Value.Status is PaymentStatus.Cancelled ? PaymentRefusals.Cancelled.ToProblem() : TypedResults.Ok(await views.ShowAsync(payment.Value, caller, ct));
    }
}
