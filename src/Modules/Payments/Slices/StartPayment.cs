using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Idempotency;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Slices;

/// <summary>
/// The guest of a booking starts to pay what is due for it. Asking again, also from a second tab, answers the same payment. Refused for bookings of others (as unknown), when nothing is due,
/// when the hold has lapsed, and for ways of paying that nobody takes here.
/// </summary>
public static class StartPayment
{
    public sealed record Request(BookingId? BookingId, string? Method) : IChecked
    {
        public IEnumerable<Refusal?> Check() => [Checks.Required((object?)BookingId, "booking_id")];
    }

    public static void Map(RouteGroupBuilder payments) => payments.MapPost("", HandleAsync).WithName("StartPayment").Idempotent().Produces<PaymentView>(201).Produces<PaymentView>();

    private static async Task<IResult> HandleAsync(Request request, Caller caller, BookingsClient bookings, PaymentProviders providers, PaymentsDb db, AttemptDesk attempts, PaymentViews views, TimeProvider clock, CancellationToken ct)
    {
        var method = PaymentMethod.Card;
        if (request.Method is not null && !Wire.TryName(request.Method, out method)) return PaymentRefusals.MethodUnknown.ToProblem();
        if (providers.For(method) is not { } provider) return PaymentRefusals.MethodUnavailable.ToProblem();
        var due = await bookings.GetDueAsync(request.BookingId!.Value, ct);
        if (due.Refused) return due.Refusal.ToProblem();
        if (due.Value.GuestId != caller.UserId) return PaymentRefusals.BookingNotFound.ToProblem();

        var (payment, first) = await FindOrStartAsync(db, attempts, due.Value, method, provider, clock.GetUtcNow(), ct);
        if (payment is null) return (due.Value.Status is BookingStatus.Expired || due.Value.Status is BookingStatus.PendingPayment ? PaymentRefusals.BookingHoldExpired : PaymentRefusals.BookingNotPayable).ToProblem();

        var ensured = first is null ? await attempts.EnsureAsync(payment.Id, AttemptKind.Intent, ct) : await attempts.OpenAsync(payment, first, ct);
        if (ensured.Refused) return ensured.Refusal.ToProblem();
        var view = await views.ShowAsync(ensured.Value, caller, ct);
        return first is not null ? TypedResults.Created($"/api/v1/payments/{view.Id}", view) : TypedResults.Ok(view);
    }

    /// <summary>No payment when there is none and none may be started; an attempt when the payment is new.</summary>
    private static async Task<(Payment?, PaymentAttempt? First)> FindOrStartAsync(PaymentsDb db, AttemptDesk attempts, BookingDue due, PaymentMethod method, IPaymentProvider provider, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Tabs that start at once wait for each other here; the unique index has the last word.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({due.BookingId.ToString()}, 0))", ct);
        if (await db.LockByBookingAsync(due.BookingId, ct) is { } existing) return (existing, null);
        if (due.Status is not BookingStatus.PendingPayment || due.ExpiresAt <= now) return (null, null);
        var payment = Payment.Start(due, method, provider.Name, now);
        db.Payments.Add(payment);
        await db.SaveChangesAsync(ct); // the attempt refers to it
        var first = await attempts.AddAsync(payment.Id, 1, AttemptKind.Intent, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return (payment, first);
    }
}
