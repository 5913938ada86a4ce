using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Payments.Ethereum;

/// <summary>A deposit is in a block: the payment is under way, and the nights wait for it.</summary>
public sealed class OnEscrowSeen(PaymentsDb db, PaymentTruth truth) : IReaction<EscrowSeen>
{
    public async Task HandleAsync(EscrowSeen fact, ReactionContext context, CancellationToken ct)
    {
        var payment = await db.OfAsync(fact.Escrow, ct);
        await truth.HearAsync(payment.Id, new ProviderWord(fact.Escrow.Attempt, fact.Escrow.EscrowId, ProviderStatus.Processing, Money.Zero(payment.Currency), PaidAt: fact.FundedAt, TxHash: fact.TxHash), ct);
    }
}

/// <summary>Its block is gone: the payment is awaited again.</summary>
public sealed class OnEscrowGone(PaymentsDb db, PaymentTruth truth) : IReaction<EscrowGone>
{
    public async Task HandleAsync(EscrowGone fact, ReactionContext context, CancellationToken ct)
    {
        var payment = await db.OfAsync(fact.Escrow, ct);
        await truth.HearAsync(payment.Id, new ProviderWord(fact.Escrow.Attempt, fact.Escrow.EscrowId, ProviderStatus.RequiresPaymentMethod, Money.Zero(payment.Currency)), ct);
    }
}

/// <summary>The deposit is deep enough: the money is in, since its block's time. The contract takes no other amount than the whole.</summary>
public sealed class OnEscrowConfirmed(PaymentsDb db, PaymentTruth truth) : IReaction<EscrowConfirmed>
{
    public async Task HandleAsync(EscrowConfirmed fact, ReactionContext context, CancellationToken ct)
    {
        var payment = await db.OfAsync(fact.Escrow, ct);
        await truth.HearAsync(payment.Id, new ProviderWord(fact.Escrow.Attempt, fact.Escrow.EscrowId, ProviderStatus.Succeeded, payment.Amount, PaidAt: fact.FundedAt, TxHash: fact.TxHash), ct);
    }
}

/// <summary>The guest has his part of a cancellation, by the operator's call or his own.</summary>
public sealed class OnEscrowCancelled(EscrowDesk desk) : IReaction<EscrowCancelled>
{
    public Task HandleAsync(EscrowCancelled fact, ReactionContext context, CancellationToken ct) => desk.CancelledAsync(fact, ct);
}

/// <summary>Nothing moves until a ruling.</summary>
public sealed class OnEscrowDisputed(EscrowDesk desk) : IReaction<EscrowDisputed>
{
    public Task HandleAsync(EscrowDisputed fact, ReactionContext context, CancellationToken ct) => desk.DisputedAsync(fact, ct);
}

/// <summary>The escrow is empty: everybody has his part.</summary>
public sealed class OnEscrowSettled(EscrowDesk desk) : IReaction<EscrowSettled>
{
    public Task HandleAsync(EscrowSettled fact, ReactionContext context, CancellationToken ct) => desk.SettledAsync(fact, ct);
}

internal static class EscrowLookups
{
    /// <summary>The payment of an escrow of ours. Throws when there is none: the fact waits, and is parked in the end, where somebody sees it.</summary>
    public static async Task<Payment> OfAsync(this PaymentsDb db, EscrowRef escrow, CancellationToken ct) =>
        await db.Payments.AsNoTracking().SingleOrDefaultAsync(p => p.Id == escrow.PaymentId, ct) ?? throw new InvalidOperationException($"escrow {escrow.EscrowId} is of payment {escrow.PaymentId}, which is not there");
}
