using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Payments.Ethereum;

/// <summary>Between which wallets an escrow will be, and until when it lasts.</summary>
public sealed record WalletPair(string Guest, string Host, DateTimeOffset ReleaseAt);

/// <summary>
/// Says whether this wallet may pay this booking: refunds go back to it, so it must be proven to be the guest's; the host must have named the one that he is paid to; and nobody pays himself.
/// </summary>
public sealed class WalletPairs(UsersClient users, BlockchainClient chain, Settings settings)
{
    /// <summary>The contract lets a host claim by himself seven days after check-out; the release can't be later.</summary>
    private static readonly TimeSpan LatestRelease = TimeSpan.FromDays(7);

    /// <summary>The chain that wallets pay on here; null when none can, or when the service that knows is away.</summary>
    public async Task<long?> ChainAsync(CancellationToken ct)
    {
        try { return await chain.GetStatusAsync(ct) is { Refused: false, Value: { Enabled: true } on } ? on.ChainId : null; }
        catch (Exception e) when (e is HttpRequestException or TimeoutException) { return null; }
    }

    /// <summary>The code of the refusal that every wallet would meet for a home of this host; null when wallets can pay.</summary>
    public async Task<string?> WhyNotAsync(UserId host, CancellationToken ct)
    {
        if (await ChainAsync(ct) is not { } chainId) return PaymentRefusals.MethodUnavailable.Code;
        return await users.GetWalletsAsync(host, ct) is { Refused: false } known && known.Value.Any(w => w.Payout && IsOn(w, chainId)) ? null : PaymentRefusals.HostTakesNoEther.Code;
    }

    /// <summary>Refuses with <c>wallet_not_linked</c>, <c>host_takes_no_ether</c>, <c>wallet_is_hosts</c>.</summary>
    public async Task<Result<WalletPair>> FindAsync(BookingDue due, string wallet, long chainId, CancellationToken ct)
    {
        var own = await users.GetWalletsAsync(due.GuestId, ct);
        if (own.Refused) return own.Refusal;
        if (own.Value.FirstOrDefault(w => Same(w.Address, wallet) && IsOn(w, chainId)) is not { } payer) return PaymentRefusals.WalletNotLinked;
        var hosts = await users.GetWalletsAsync(due.HostId, ct);
        if (hosts.Refused) return hosts.Refusal;
        if (hosts.Value.FirstOrDefault(w => w.Payout && IsOn(w, chainId)) is not { } payee) return PaymentRefusals.HostTakesNoEther;
        if (Same(payer.Address, payee.Address)) return PaymentRefusals.WalletIsHosts;
        var window = TimeSpan.FromHours(settings.Int("DISPUTE_WINDOW_HOURS"));
        return new WalletPair(payer.Address, payee.Address, due.Quote.CheckOutAt + (window < LatestRelease ? window : LatestRelease));
    }

    /// <summary>A key is the same on every chain; a contract is only where it was made.</summary>
    private static bool IsOn(WalletView wallet, long chainId) => wallet.Kind != "contract" || wallet.ChainId == chainId;

    private static bool Same(string address, string other) => string.Equals(address, other.Trim(), StringComparison.OrdinalIgnoreCase);
}
