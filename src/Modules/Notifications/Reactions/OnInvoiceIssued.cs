using EstoSpaces.Contracts.Payments;
using EstoSpaces.Kernel.Events;

namespace EstoSpaces.Notifications;

/// <summary>A payment has its invoice: the guest gets the receipt with its lines. Credit notes come with the refund's own letter.</summary>
public sealed class OnInvoiceIssued(PostOffice post, PaymentLetters letters, TimeProvider clock) : IReaction<InvoiceIssued>
{
    public async Task HandleAsync(InvoiceIssued fact, ReactionContext context, CancellationToken ct)
    {
        var invoice = fact.Invoice;
        if (invoice.Kind != "invoice" || invoice.IssuedAt < clock.GetUtcNow() - OnStayCompleted.Stale) return;
        await post.SendAsync(fact.GuestId, Templates.PaymentReceived, $"payment_received:{invoice.Id}", (t, c) => letters.Received(t, c.Name, invoice), ct);
    }
}
