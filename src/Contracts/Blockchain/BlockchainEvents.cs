using EstoSpaces.Contracts.Events;

namespace EstoSpaces.Contracts.Blockchain;

/// <summary>Which escrow of ours a fact is about. EscrowId as 0x hex.</summary>
public sealed record EscrowRef(string EscrowId, PaymentId PaymentId, int Attempt, BookingId BookingId);

/// <summary>A deposit is in a block; it doesn't count yet. FundedAt is the block's time.</summary>
[EventType("estospaces.blockchain.escrow_seen.v1")]
public sealed record EscrowSeen(EscrowRef Escrow, string TxHash, long Block, DateTimeOffset FundedAt) : IEvent
{
    public string Subject => Escrow.EscrowId;
}

/// <summary>The block with the deposit is no longer of the chain. Never told of a confirmed one.</summary>
[EventType("estospaces.blockchain.escrow_gone.v1")]
public sealed record EscrowGone(EscrowRef Escrow, string TxHash) : IEvent
{
    public string Subject => Escrow.EscrowId;
}

/// <summary>The deposit is deep enough: the money is in. Told once. FundedAt is its block's time, from which the grace of a cancellation counts.</summary>
[EventType("estospaces.blockchain.escrow_confirmed.v1")]
public sealed record EscrowConfirmed(EscrowRef Escrow, string TxHash, long Block, DateTimeOffset FundedAt) : IEvent
{
    public string Subject => Escrow.EscrowId;
}

/// <summary>The guest was credited his part of a cancellation, at depth; RestMinor stays in escrow until it is released (nothing, when the guest's own wallet cancelled). By: guest, operator. CancelledAt chose the tier.</summary>
[EventType("estospaces.blockchain.escrow_cancelled.v1")]
public sealed record EscrowCancelled(EscrowRef Escrow, string By, string TxHash, long Block, DateTimeOffset CancelledAt, long ToGuestMinor, long RestMinor) : IEvent
{
    public string Subject => Escrow.EscrowId;
}

/// <summary>Guest or operator disputed, at depth: nothing moves until a ruling.</summary>
[EventType("estospaces.blockchain.escrow_disputed.v1")]
public sealed record EscrowDisputed(EscrowRef Escrow, string By, string TxHash, DateTimeOffset At) : IEvent
{
    public string Subject => Escrow.EscrowId;
}

/// <summary>The escrow is empty, at depth: what was left in it was credited so, in the quote's minor units. What <see cref="EscrowCancelled"/> gave the guest before (in the same transaction, when his own wallet cancelled) is not told again:
/// both together are the total.</summary>
[EventType("estospaces.blockchain.escrow_settled.v1")]
public sealed record EscrowSettled(EscrowRef Escrow, EscrowEnd End, string TxHash, long Block, DateTimeOffset At, long ToGuestMinor, long ToHostMinor, long ToPlatformMinor) : IEvent
{
    public string Subject => Escrow.EscrowId;
}

/// <summary>A payee took what the contract owed him, at depth.</summary>
[EventType("estospaces.blockchain.escrow_withdrawn.v1")]
public sealed record EscrowWithdrawn(string Payee, string To, string AmountWei, string TxHash, DateTimeOffset At) : IEvent
{
    public string Subject => Payee;
}

/// <summary>Somebody paid in by terms that the product never made; the operator gives it back.</summary>
[EventType("estospaces.blockchain.stray_deposit_seen.v1")]
public sealed record StrayDepositSeen(string EscrowId, string Wallet, string AmountWei, string TxHash, long Block) : IEvent
{
    public string Subject => EscrowId;
}
