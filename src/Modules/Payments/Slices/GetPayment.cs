using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Slices;

/// <summary>Payer, host and admin look at a payment; for others there is none. While it is open the provider is asked where it stands, and what is known is the answer when the provider is away.</summary>
public static class GetPayment
{
    public static void Map(RouteGroupBuilder payments) => payments.MapGet("/{id}", HandleAsync).WithName("GetPayment").Produces<PaymentView>();

    private static async Task<IResult> HandleAsync(PaymentId id, Caller caller, PaymentsDb db, AttemptDesk attempts, PaymentViews views, CancellationToken ct)
    {
        if (await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } payment || !PaymentViews.MaySee(payment, caller)) return PaymentRefusals.NotFound.ToProblem();
        try
        {
            payment = await attempts.RefreshAsync(payment, evenIfFresh: false, ct);
        }
        catch (HttpRequestException)
        {
            db.ChangeTracker.Clear(); // the provider is away: the last known state is a true answer too
        }
        return TypedResults.Ok(await views.ShowAsync(payment, caller, ct));
    }
}
