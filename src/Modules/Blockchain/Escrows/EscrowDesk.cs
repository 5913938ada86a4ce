using System.Globalization;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using Npgsql;

namespace EstoSpaces.Blockchain.Escrows;

/// <summary>What payments ask for: terms to pay into, refunds, releases. Only orders are written here; what becomes of an escrow is the chain's to say.</summary>
public sealed class EscrowDesk(NpgsqlDataSource source, ChainSettings settings, ChainLink link, ChainSignal signal, OperatorOrders orders, EtherPrices prices, EscrowViews views, TimeProvider clock)
{
    /// <summary>Gas of a deposit with a long refund table; what a wallet should have beside the amount.</summary>
    private const int DepositGas = 150_000;

    /// <summary>The contract lets a host claim by himself seven days after check-out, and release can't be later.</summary>
    private static readonly TimeSpan LatestRelease = TimeSpan.FromDays(7);

    /// <summary>A refund that failed is tried again when it is asked for again, not merely looked at again.</summary>
    private static readonly TimeSpan AskedAgain = TimeSpan.FromMinutes(1);

    public async Task<EscrowRow?> FindAsync(string escrowId, CancellationToken ct) =>
        (await source.QueryAsync($"select {EscrowRow.Columns} from escrows where escrow_id = $1", [escrowId.ToLowerInvariant()], EscrowRow.Read, ct)).SingleOrDefault();

    /// <summary>The terms of a payment's attempt, made now when there are none.</summary>
    public async Task<Result<EscrowView>> OpenAsync(EscrowRequest request, CancellationToken ct)
    {
        if (await OfAttemptAsync(request, ct) is { } known) return await views.ShowAsync(known, ct);
        if (link.Live is not { } chain) return BlockchainRefusals.Off(link.Off ?? "the chain is being looked for");
        if (!EthereumAddress.TryParse(request.GuestWallet, out var guest) || guest.IsZero || guest == chain.Escrow) return BlockchainRefusals.WalletInvalid("guest_wallet", "This is no wallet to pay from.");
        if (!EthereumAddress.TryParse(request.HostWallet, out var host) || host.IsZero || host == chain.Escrow) return BlockchainRefusals.WalletInvalid("host_wallet", "The host has no wallet that can be paid.");
        if (guest == host) return BlockchainRefusals.WalletInvalid("guest_wallet", "A wallet can't pay itself: this is the host's.");
        if (await prices.OfAsync(request.Quote.Currency, ct) is not { } price) return BlockchainRefusals.PriceUnknown;

        var releaseAt = request.ReleaseAt < request.Quote.CheckOutAt + LatestRelease ? request.ReleaseAt : request.Quote.CheckOutAt + LatestRelease;
        var terms = EscrowTerms.Of(request.BookingId, request.Quote, price, guest, host, request.PayBy, releaseAt);
        if (!terms.Fits) return BlockchainRefusals.NotRefundable("The amount is nothing, or more than the contract can hold.");
        var fee = (await chain.Node.FeesAsync(ct)).Most * DepositGas;
        var balance = await chain.Node.BalanceAsync(guest, ct);
        if (balance < terms.ValueWei + fee) return BlockchainRefusals.BalanceTooLow(balance, terms.ValueWei, fee);

        await source.ExecuteAsync("""
            insert into escrows (escrow_id, chain_id, contract, payment_id, attempt, booking_id, terms, tiers, guest, host, currency, ether_price, wei_per_minor, amount_wei, total_minor, payout_minor, host_share_minor, pay_by, check_out, release_at, state, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17, $18, $19, 'awaited', $20)
            on conflict (escrow_id) do update set attempt = excluded.attempt where escrows.payment_id = excluded.payment_id and escrows.state = 'awaited'
            """,
        [
            terms.IdAt(settings.ChainId, chain.Escrow), settings.ChainId, chain.Escrow.ToString(), request.PaymentId.Value, request.Attempt, request.BookingId.Value, terms.Encode(), terms.Tiers.SelectMany(Abi.Word).ToArray(),
            guest.ToString(), host.ToString(), request.Quote.Currency, price.ToString(CultureInfo.InvariantCulture), terms.WeiPerMinor, terms.ValueWei, terms.TotalMinor, terms.PayoutMinor,
            Time(terms.PayBy), Time(terms.CheckOut), Time(terms.ReleaseAt), clock.GetUtcNow(),
        ], ct);
        // A later attempt with the very same terms (back to the wallet of before) is the same escrow.
        return (await OfAttemptAsync(request, ct) ?? await FindAsync(terms.IdAt(settings.ChainId, chain.Escrow), ct)) is { } made && made.PaymentId == request.PaymentId ? await views.ShowAsync(made, ct)
            : Refusal.Conflict("escrow_taken", "Another payment has an escrow with the very same terms: use another wallet, or pay that one.");
    }

    /// <summary>Orders what the contract calls refund (everything) or cancelFor (what the table says), once for each refund.</summary>
    public async Task<Result<EscrowOrderView>> RefundAsync(string escrowId, EscrowRefundRequest request, CancellationToken ct)
    {
        if (await FindAsync(escrowId, ct) is not { IsOurs: true } row) return BlockchainRefusals.EscrowNotFound;
        var key = $"refund:{request.RefundId}";
        if (await AgainAsync(key, ct) is { } known) return known;
        if (row.State is EscrowState.Awaited or EscrowState.Seen) return BlockchainRefusals.NotRefundable("There is no confirmed deposit in this escrow.");
        if (row.State is EscrowState.Settled) return BlockchainRefusals.NotRefundable("This escrow is empty.");
        if (row.State is EscrowState.Disputed) return BlockchainRefusals.NotRefundable("This escrow is disputed: the arbiter decides.");
        if (!request.Everything && row.State is EscrowState.Cancelled) return BlockchainRefusals.NotRefundable("The guest of this escrow has had his part.");
        if (clock.GetUtcNow() >= row.CheckOut) return BlockchainRefusals.NotRefundable("The stay of this escrow is over: only host or arbiter can give back.");
        if ((await source.QueryAsync("select 1 from operator_transactions where escrow_id = $1 and kind in ('refund', 'cancel_for') and state in ('queued', 'sent')", [row.EscrowId], r => r.GetInt32(0), ct)).Count > 0)
            return BlockchainRefusals.NotRefundable("Another refund of this escrow is on its way.");

        var cancelledAt = request.CancelledAt > row.FundedAt ? request.CancelledAt : row.FundedAt!.Value;
        var toGuest = request.Everything ? row.TotalMinor - (row.ToGuestMinor ?? 0) : row.Terms.SplitAt(row.FundedAt!.Value.ToUnixTimeSeconds(), EscrowCalls.RoundedUp(cancelledAt)).ToGuest;
        if (toGuest != request.ToGuestMinor) return BlockchainRefusals.AmountDiffers;
        var (kind, data) = request.Everything ? ("refund", EscrowCalls.Refund(row.Terms)) : ("cancel_for", EscrowCalls.CancelFor(row.Terms, cancelledAt));
        await orders.AddAsync(new Order(key, kind, row.EscrowId, EthereumAddress.Parse(row.Contract), data, clock.GetUtcNow()), ct);
        signal.Wake();
        return (await orders.ViewAsync(key, ct))!;
    }

    /// <summary>Orders the release for when the contract allows it.</summary>
    public async Task<Result<EscrowOrderView>> ReleaseAsync(string escrowId, CancellationToken ct)
    {
        if (await FindAsync(escrowId, ct) is not { IsOurs: true } row) return BlockchainRefusals.EscrowNotFound;
        var key = $"release:{row.EscrowId}";
        if (await AgainAsync(key, ct) is { } known) return known;
        if (row.State is EscrowState.Settled) return new EscrowOrderView("done", null);
        if (row.State is EscrowState.Awaited or EscrowState.Seen) return BlockchainRefusals.NotRefundable("There is no confirmed deposit in this escrow.");
        await orders.AddAsync(new Order(key, "release", row.EscrowId, EthereumAddress.Parse(row.Contract), EscrowCalls.Release(row.Terms), row.ReleaseAt), ct);
        signal.Wake();
        return (await orders.ViewAsync(key, ct))!;
    }

    /// <summary>Where the order under a key stands, put to work again when it had failed a while ago; null when there is none.</summary>
    private async Task<EscrowOrderView?> AgainAsync(string key, CancellationToken ct)
    {
        var again = await source.ExecuteAsync("""
            update operator_transactions set state = 'queued', tries = 0, nonce = null, block_number = null, mined_hash = null, reason = null, updated_at = $2 where key = $1 and state = 'refused' and updated_at < $3
            """, [key, clock.GetUtcNow(), clock.GetUtcNow() - AskedAgain], ct);
        if (again > 0) signal.Wake();
        return await orders.ViewAsync(key, ct);
    }

    private async Task<EscrowRow?> OfAttemptAsync(EscrowRequest request, CancellationToken ct) =>
        (await source.QueryAsync($"select {EscrowRow.Columns} from escrows where payment_id = $1 and attempt = $2", [request.PaymentId.Value, request.Attempt], EscrowRow.Read, ct)).SingleOrDefault();

    private static DateTimeOffset Time(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(unixSeconds);
}
