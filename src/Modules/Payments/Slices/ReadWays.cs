using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Payments.Stripe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Payments.Slices;

/// <summary>The guest of a booking asks how he may pay for it, before he chooses. Refused for bookings of others (as unknown).</summary>
public static class ReadWays
{
    public static void Map(RouteGroupBuilder payments) => payments.MapGet("/ways", HandleAsync).WithName("ReadPaymentWays").Produces<PaymentWays>();

    private static async Task<IResult> HandleAsync(Caller caller, BookingsClient bookings, WalletPairs wallets, StripeSettings stripe, CancellationToken ct, BookingId? booking_id = null)
    {
        if (Checks.Required((object?)booking_id, "booking_id") is { } missing) return missing.ToProblem();
        var due = await bookings.GetDueAsync(booking_id!.Value, ct);
        if (due.Refused) return due.Refusal.ToProblem();
        if (due.Value.GuestId != caller.UserId) return PaymentRefusals.BookingNotFound.ToProblem();
        var whyNot = await wallets.WhyNotAsync(due.Value.HostId, ct);
        return TypedResults.Ok(new PaymentWays(stripe.Configured, whyNot is null, whyNot));
    }
}
