using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Payments.Ethereum;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Payments.Slices;

/// <summary>
/// The guest of a booking starts to pay what is due for it, by card or from a wallet of his. Asking again, also from a second tab, answers the same payment; asking for another way, or from another wallet,
/// replaces it once it is certain that it was not paid. Refused for bookings of others (as unknown), when nothing is due, when the hold has lapsed, while a payment is on its way, for ways of paying that
/// nobody takes here, for wallets that are not the guest's, and for hosts who have none.
/// </summary>
public static class StartPayment
{
    public sealed record Request(BookingId? BookingId, string? Method, string? Wallet = null) : IChecked
    {
        public IEnumerable<Refusal?> Check() => [Checks.Required((object?)BookingId, "booking_id"), Checks.Length(Wallet, "wallet", 0, 100)];
    }

    public static void Map(RouteGroupBuilder payments) => payments.MapPost("", HandleAsync).WithName("StartPayment").Idempotent().Produces<PaymentView>(201).Produces<PaymentView>();

    private static async Task<IResult> HandleAsync(Request request, Caller caller, BookingsClient bookings, StartedPayments start, WalletPairs wallets, PaymentViews views, CancellationToken ct)
    {
        var method = PaymentMethod.Card;
        if (request.Method is not null && !Wire.TryName(request.Method, out method)) return PaymentRefusals.MethodUnknown.ToProblem();
        long? chain = null;
        if (method is PaymentMethod.Eth)
        {
            chain = await wallets.ChainAsync(ct);
            if (chain is null) return PaymentRefusals.MethodUnavailable.ToProblem();
            if (Checks.Required(request.Wallet, "wallet") is { } missing) return missing.ToProblem();
        }
        var due = await bookings.GetDueAsync(request.BookingId!.Value, ct);
        if (due.Refused) return due.Refusal.ToProblem();
        if (due.Value.GuestId != caller.UserId) return PaymentRefusals.BookingNotFound.ToProblem();
        WalletPair? pair = null;
        if (chain is { } id)
        {
            var found = await wallets.FindAsync(due.Value, request.Wallet!, id, ct);
            if (found.Refused) return found.Refusal.ToProblem();
            pair = found.Value;
        }
        var started = await start.EnsureAsync(due.Value, method, pair, ct);
        if (started.Refused) return started.Refusal.ToProblem();
        var view = await views.ShowAsync(started.Value.Payment, caller, ct);
        return started.Value.IsNew ? TypedResults.Created($"/api/v1/payments/{view.Id}", view) : TypedResults.Ok(view);
    }
}
