using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Payments.Stripe;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments;

/// <summary>How a payment is shown to those who may see it.</summary>
public sealed class PaymentViews(PaymentsDb db, AttemptDesk attempts, EthereumPayments escrows, StripeSettings stripe)
{
    /// <summary>The payer sees how to pay and why it failed; host and admin do not get the secret of the payer's form, the host not his failures either.</summary>
    public async Task<PaymentView> ShowAsync(Payment payment, Caller caller, CancellationToken ct)
    {
        var refunds = await db.Refunds.AsNoTracking().Where(r => r.PaymentId == payment.Id).OrderBy(r => r.CreatedAt).ToListAsync(ct);
        var isPayer = caller.UserId == payment.GuestId;
        if (payment.HasEscrow) return View(payment, refunds) with { Escrow = await ShowEscrowAsync(payment, ct) };
        var live = isPayer && payment.IsOpen ? await attempts.LiveAsync(payment.Id, ct) : null;
        return View(payment, refunds) with
        {
            ClientSecret = live?.ClientSecret,
            PublishableKey = live is null ? null : stripe.PublishableKey,
            ScriptUrl = live is null ? null : stripe.ScriptUrl,
            RedirectUrl = live is { Kind: AttemptKind.Page } || payment.Status is PaymentStatus.RequiresAction ? live?.RedirectUrl : null,
            FailureCode = isPayer || caller.IsAdmin ? payment.FailureCode : null,
            FailureMessage = isPayer || caller.IsAdmin ? payment.FailureMessage : null,
        };
    }

    private async Task<EscrowView?> ShowEscrowAsync(Payment payment, CancellationToken ct)
    {
        var id = await db.Attempts.AsNoTracking().Where(a => a.PaymentId == payment.Id && a.Kind == AttemptKind.Escrow).Select(a => a.ProviderId).FirstOrDefaultAsync(ct);
        return id is null ? null : await escrows.ShowAsync(id, ct);
    }

    public static PaymentView View(Payment payment, IEnumerable<Refund> refunds) => new()
    {
        Id = payment.Id, BookingId = payment.BookingId, Method = payment.Method, Status = payment.Status, Amount = payment.Amount, Refunded = new Money(payment.RefundedMinor, payment.Currency),
        Provider = payment.Provider, CreatedAt = payment.CreatedAt, Refunds = [.. refunds.Select(View)],
    };

    public static RefundView View(Refund refund) => new(refund.Id, refund.Amount, Wire.Name(refund.Status), refund.Reason, refund.CreatedAt, refund.TxHash);

    public static bool MaySee(Payment payment, Caller caller) => caller.UserId == payment.GuestId || caller.UserId == payment.HostId || caller.IsAdmin;
}
