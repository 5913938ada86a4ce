using EstoSpaces.Contracts.Properties;

namespace EstoSpaces.Contracts.Blockchain;

/// <summary>
/// What a page must know of the chain before it offers to pay from a wallet. Off (Enabled false) says why in Reason. ExplorerUrl is what "/tx/{hash}" and "/address/{address}" are put after.
/// Development: a local node whose accounts anybody may use through <c>POST /api/v1/blockchain/rpc</c>, so that a page can offer a demo wallet.
/// </summary>
public sealed record ChainStatus(bool Enabled, long ChainId, string Network, string? EscrowAddress, string? RegistryAddress, int Confirmations, long? Head, string? Reason = null, string? ExplorerUrl = null,
    bool Development = false);

/// <summary>Where the money of an escrow is. Awaited: nobody has paid in. Seen: the deposit is in a block that may still go. Funded: confirmed at depth. Cancelled: the guest has his part, the rest waits.</summary>
public enum EscrowState { Awaited, Lapsed, Seen, Funded, Cancelled, Disputed, Settled }

/// <summary>How an escrow ended: by whose call.</summary>
public enum EscrowEnd { CancelledByGuest, Released, Refunded, Ruled, HostClaimed, GuestExited }

/// <summary>A transaction about an escrow. Kind: deposit, cancel, cancel_for, release, refund, dispute, rule, host_claim, guest_exit, withdrawal (to the guest's wallet), host_withdrawal. Status: sent, seen, confirmed, failed, gone.</summary>
public sealed record EscrowTransaction(string Kind, string Hash, string Status, long? Block, int Confirmations, DateTimeOffset? At, string? AmountWei = null);

/// <summary>
/// An escrow as guest and host see it. Addresses in EIP-55 spelling, wei as decimal strings, Data as 0x hex. To, ValueWei and Data are the deposit that the guest's wallet has to send while State is Awaited.
/// DisputeData and CancelData are calls of the guest's own wallet to the same contract, where they are possible now; how to withdraw stands in <see cref="WalletBalance"/>.
/// </summary>
public sealed record EscrowView
{
    public required string EscrowId { get; init; }
    public required PaymentId PaymentId { get; init; }
    public required BookingId BookingId { get; init; }
    public required EscrowState State { get; init; }
    public EscrowEnd? End { get; init; }
    public required long ChainId { get; init; }
    public required string Contract { get; init; }
    public required string GuestWallet { get; init; }
    public required string HostWallet { get; init; }
    public required Money Total { get; init; }

    /// <summary>Wei per minor unit of the quote's currency: the frozen rate.</summary>
    public required string WeiPerMinor { get; init; }

    /// <summary>The price of one ether in the currency's main unit, as it was frozen, e.g. "3000.00".</summary>
    public required string EtherPrice { get; init; }

    public required string ValueWei { get; init; }
    public string? Data { get; init; }
    public required DateTimeOffset PayBy { get; init; }
    public required DateTimeOffset ReleaseAt { get; init; }

    /// <summary>How deep the deposit is, and how deep it must be.</summary>
    public int Confirmations { get; init; }

    public required int ConfirmationsNeeded { get; init; }
    public string? DepositHash { get; init; }
    public DateTimeOffset? FundedAt { get; init; }
    public long? ToGuestMinor { get; init; }
    public long? ToHostMinor { get; init; }
    public string? CancelData { get; init; }
    public string? DisputeData { get; init; }
    public IReadOnlyList<EscrowTransaction> Transactions { get; init; } = [];
}

/// <summary>
/// Asks for an escrow of a payment's attempt. The same attempt asked again answers the same escrow. Quote is the frozen one; PayBy the end of the hold; ReleaseAt the end of the dispute window.
/// </summary>
public sealed record EscrowRequest(PaymentId PaymentId, int Attempt, BookingId BookingId, Quote Quote, string GuestWallet, string HostWallet, DateTimeOffset PayBy, DateTimeOffset ReleaseAt);

/// <summary>
/// What to do with a funded escrow, once for each RefundId. Everything: all of it back to the guest (host cancelled, or the money came too late), else as the refund table says for CancelledAt.
/// ToGuestMinor is what the product owes by its own reckoning; a table that gives another amount refuses with <c>escrow_amount_differs</c>.
/// </summary>
public sealed record EscrowRefundRequest(RefundId RefundId, bool Everything, DateTimeOffset CancelledAt, long ToGuestMinor);

/// <summary>Where the product's order for an escrow stands. Status: pending, done (confirmed at depth), failed with the reason.</summary>
public sealed record EscrowOrderView(string Status, string? TxHash, string? Failure = null);

/// <summary>What the contract holds at a confirmed block, in wei as decimal strings: Escrowed for stays to come, Credited to payees who have not withdrawn. Open names each escrow that is not empty with what lies in it.</summary>
public sealed record EscrowBooks(long Block, DateTimeOffset At, string BalanceWei, string EscrowedWei, string CreditedWei, IReadOnlyList<EscrowBalance> Open);

/// <summary>What lies in one escrow; WeiPerMinor turns it into the ledger's money without remainder. PaymentId null: a deposit by terms that are none of ours.</summary>
public sealed record EscrowBalance(string EscrowId, PaymentId? PaymentId, string Wei, string WeiPerMinor);

/// <summary>Whether a contract wallet says yes (ERC-1271) to a signature over a 32-byte hash, all as 0x hex. IsContract false: there is no code at the address.</summary>
public sealed record SignatureCheck(bool IsContract, bool Valid);

/// <summary>What an address has, in wei as a decimal string, and what the contract owes it. WithdrawData is the call to Contract that sends it what it is owed (anybody may make it); null when that is nothing.</summary>
public sealed record WalletBalance(string Address, string BalanceWei, string OwedWei, long Block)
{
    public string? Contract { get; init; }
    public string? WithdrawData { get; init; }
}

/// <summary>A transaction as the node knows it. Status: pending, seen, confirmed, failed. Confirmations: how deep it is, up to ConfirmationsNeeded.</summary>
public sealed record TransactionView(string Hash, string Status, string From, string? To, string ValueWei, long? Block, int Confirmations, int ConfirmationsNeeded, long? GasUsed, DateTimeOffset? At, string? ExplorerUrl);

/// <summary>
/// What is recorded of a listing in the public registry. Status: pending, done, failed. ContentHash = keccak256(Content in UTF-8 and Salt behind it); Content and Salt are for the host, who may show them to whom he likes.
/// </summary>
public sealed record PropertyProof(PropertyId PropertyId, string RecordId, long ChainId, string Contract, int Version, string Owner, string ContentHash, bool Listed, string Status, string? TxHash, string? Failure, DateTimeOffset RecordedAt)
{
    public string? Content { get; init; }
    public string? Salt { get; init; }
}

/// <summary>Asks the blockchain service. Internal; calls carry a service token.</summary>
public sealed class BlockchainClient(HttpClient http)
{
    /// <summary>Whether wallets can pay here, and on which chain.</summary>
    public Task<Result<ChainStatus>> GetStatusAsync(CancellationToken ct) => http.AskAsync<ChainStatus>("/internal/blockchain/status", ct);

    /// <summary>
    /// Makes sure that there are terms to pay into. Refuses with <c>wallet_payment_off</c>, <c>ether_price_unknown</c>, <c>wallet_balance_too_low</c> (what is needed and what is there in the text), <c>wallet_invalid</c>.
    /// </summary>
    public Task<Result<EscrowView>> OpenEscrowAsync(EscrowRequest request, CancellationToken ct) => http.TellAsync<EscrowView>("/internal/blockchain/escrows", request, ct);

    /// <summary>Refuses with <c>escrow_not_found</c>.</summary>
    public Task<Result<EscrowView>> GetEscrowAsync(string escrowId, CancellationToken ct) => http.AskAsync<EscrowView>($"/internal/blockchain/escrows/{escrowId}", ct);

    /// <summary>Orders the operator's part of a refund; safe to repeat. Refuses with <c>escrow_not_found</c>, <c>escrow_amount_differs</c>, <c>escrow_not_refundable</c>.</summary>
    public Task<Result<EscrowOrderView>> RefundAsync(string escrowId, EscrowRefundRequest request, CancellationToken ct) =>
        http.TellAsync<EscrowOrderView>($"/internal/blockchain/escrows/{escrowId}/refunds", request, ct);

    /// <summary>Orders the release to host and platform, which the contract allows from ReleaseAt; safe to repeat, also before: then it is sent when its time has come.</summary>
    public Task<Result<EscrowOrderView>> ReleaseAsync(string escrowId, CancellationToken ct) => http.TellAsync<EscrowOrderView>($"/internal/blockchain/escrows/{escrowId}/release", new { }, ct);

    /// <summary>The contract's books at the last confirmed block.</summary>
    public Task<Result<EscrowBooks>> GetBooksAsync(CancellationToken ct) => http.AskAsync<EscrowBooks>("/internal/blockchain/books", ct);

    /// <summary>Asks a contract wallet about a signature. Refuses with <c>wallet_payment_off</c> when there is no node.</summary>
    public Task<Result<SignatureCheck>> CheckSignatureAsync(string address, string hash, string signature, CancellationToken ct) =>
        http.TellAsync<SignatureCheck>("/internal/blockchain/signatures", new { address, hash, signature }, ct);
}
