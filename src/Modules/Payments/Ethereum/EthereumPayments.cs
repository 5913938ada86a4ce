using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments.Ethereum;

/// <summary>
/// Payments from wallets: what a payment, its attempt or a refund of ours is in the escrow contract's terms. The attempt is the escrow. Nothing here touches the chain: the blockchain service makes the terms
/// and sends what the operator may; what the contract did comes back as facts, at depth.
/// </summary>
public sealed class EthereumPayments(BlockchainClient chain, ILogger<EthereumPayments> log) : IPaymentProvider
{
    public const string ProviderName = "ethereum";

    /// <summary>How the id of an escrow begins, as an attempt has it; one that was never opened has another.</summary>
    public const string EscrowPrefix = "0x";

    /// <summary>The contract's error when an escrow is not, or no longer, in a state in which the call is possible.</summary>
    private const string WrongStatus = "WrongStatus";

    public string Name => ProviderName;

    public async Task<Result<ProviderWord>> OpenAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        if (attempt.ProviderId is not null) return await ReadAsync(payment, attempt, ct);
        var opened = await AskAsync(() => chain.OpenEscrowAsync(new EscrowRequest(payment.Id, attempt.Attempt, payment.BookingId, payment.Quote, payment.PayerWallet!, payment.HostWallet!,
            payment.ExpiresAt!.Value, payment.ReleaseAt!.Value), ct));
        return opened.Refused ? opened.Refusal : Word(payment, attempt, opened.Value);
    }

    public async Task<ProviderWord> ReadAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        var id = attempt.ProviderId ?? throw new InvalidOperationException($"attempt {attempt.Attempt} of {payment.Id} was not opened");
        var escrow = await AskAsync(() => chain.GetEscrowAsync(id, ct));
        // A blockchain service that has lost its database knows nothing: no word is not a "no".
        return escrow.Refused ? throw new HttpRequestException($"escrow {id} of payment {payment.Id}: {escrow.Refusal.Code}") : Word(payment, attempt, escrow.Value);
    }

    /// <summary>An escrow can't be closed before its time to pay is over. Given up here is enough: what comes all the same is late money, which confirms the booking if it still can, or goes back whole.</summary>
    public async Task<ProviderWord> CloseAsync(Payment payment, PaymentAttempt attempt, CancellationToken ct)
    {
        var id = attempt.ProviderId ?? throw new InvalidOperationException($"attempt {attempt.Attempt} of {payment.Id} was not opened");
        var givenUp = new ProviderWord(attempt.Attempt, id, ProviderStatus.Cancelled, Money.Zero(payment.Currency));
        try
        {
            var word = await ReadAsync(payment, attempt, ct);
            return word.Status is ProviderStatus.RequiresPaymentMethod ? givenUp : word;
        }
        catch (HttpRequestException) { return givenUp; } // the chain is away, and must not keep the guest from paying otherwise
    }

    /// <summary>
    /// Orders what the contract is to give back. It is under way until the contract's own word comes at depth, whatever becomes of the order: when guest, host or arbiter were faster, what they did decides (a
    /// dispute: its ruling), and is told. It has failed when the contract could give back, and doesn't.
    /// </summary>
    public async Task<RefundWord> RefundAsync(Payment payment, PaymentAttempt paidBy, Refund refund, CancellationToken ct)
    {
        var whole = refund.Kind is RefundKind.LatePayment or RefundKind.Admin || refund.Reason == "cancelled_by_host";
        var request = new EscrowRefundRequest(refund.Id, whole, RoundedUp(refund.CancelledAt ?? refund.CreatedAt), refund.AmountMinor);
        var order = await AskAsync(() => chain.RefundAsync(paidBy.ProviderId!, request, ct));
        if (!order.Refused && order.Value.Status != "failed") return new RefundWord(RefundStatus.Pending, null);
        if (await WasOvertakenAsync(payment, paidBy, order, ct)) return new RefundWord(RefundStatus.Pending, null);
        if (!order.Refused) return new RefundWord(RefundStatus.Failed, null, order.Value.Failure ?? "failed on chain");
        log.EscrowRefundRefused(refund.Id, payment.Id, order.Refusal.Code, order.Refusal.Message);
        return new RefundWord(RefundStatus.Failed, null, $"{order.Refusal.Code}: {order.Refusal.Message}");
    }

    /// <summary>Whether another call to the contract came first, of which we have not been told all yet.</summary>
    private async Task<bool> WasOvertakenAsync(Payment payment, PaymentAttempt paidBy, Result<EscrowOrderView> order, CancellationToken ct)
    {
        if (payment.EmptiedAt is not null) return false;
        // The contract saw it before it was deep enough for us.
        if (order is { Refused: false, Value.Failure: WrongStatus }) return true;
        var escrow = await AskAsync(() => chain.GetEscrowAsync(paidBy.ProviderId!, ct));
        return escrow is { Refused: false, Value.State: EscrowState.Disputed or EscrowState.Cancelled or EscrowState.Settled };
    }

    /// <summary>Where an escrow stands; null when that can't be asked right now.</summary>
    public async Task<EscrowView?> ShowAsync(string escrowId, CancellationToken ct)
    {
        try { return await chain.GetEscrowAsync(escrowId, ct) is { Refused: false } found ? found.Value : null; }
        catch (Exception e) when (e is HttpRequestException or TimeoutException) { return null; }
    }

    public static ProviderWord Word(Payment payment, PaymentAttempt attempt, EscrowView escrow) => escrow.State switch
    {
        EscrowState.Awaited => new ProviderWord(attempt.Attempt, escrow.EscrowId, ProviderStatus.RequiresPaymentMethod, Money.Zero(payment.Currency)),
        EscrowState.Lapsed => new ProviderWord(attempt.Attempt, escrow.EscrowId, ProviderStatus.Cancelled, Money.Zero(payment.Currency)),
        EscrowState.Seen => new ProviderWord(attempt.Attempt, escrow.EscrowId, ProviderStatus.Processing, Money.Zero(payment.Currency), PaidAt: escrow.FundedAt, TxHash: escrow.DepositHash),
        _ => new ProviderWord(attempt.Attempt, escrow.EscrowId, ProviderStatus.Succeeded, escrow.Total, PaidAt: escrow.FundedAt, TxHash: escrow.DepositHash),
    };

    /// <summary>The contract counts in whole seconds, and "until and including" asks the same of a time with and without its fraction when it is rounded up.</summary>
    public static DateTimeOffset RoundedUp(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);

    /// <summary>No answer in time is like no answer, which is what callers of a provider know.</summary>
    private static async Task<Result<T>> AskAsync<T>(Func<Task<Result<T>>> ask)
    {
        try { return await ask(); }
        catch (TimeoutException e) { throw new HttpRequestException(e.Message, e); }
    }
}
