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

    /// <summary>Nobody can pay from a wallet here, or the service that knows is away.</summary>
    public async Task<bool> OffAsync(CancellationToken ct)
    {
        try { return await chain.GetStatusAsync(ct) is { Refused: true } or { Value.Enabled: false }; }
        catch (Exception e) when (e is HttpRequestException or TimeoutException) { return true; }
    }

    /// <summary>Refuses with <c>wallet_not_linked</c>, <c>host_takes_no_ether</c>, <c>wallet_is_hosts</c>.</summary>
    public async Task<Result<WalletPair>> FindAsync(BookingDue due, string wallet, CancellationToken ct)
    {
        var own = await users.GetWalletsAsync(due.GuestId, ct);
        if (own.Refused) return own.Refusal;
        if (own.Value.FirstOrDefault(w => Same(w.Address, wallet)) is not { } payer) return PaymentRefusals.WalletNotLinked;
        var hosts = await users.GetWalletsAsync(due.HostId, ct);
        if (hosts.Refused) return hosts.Refusal;
        if (hosts.Value.FirstOrDefault(w => w.Payout) is not { } payee) return PaymentRefusals.HostTakesNoEther;
        if (Same(payer.Address, payee.Address)) return PaymentRefusals.WalletIsHosts;
        var window = TimeSpan.FromHours(settings.Int("DISPUTE_WINDOW_HOURS"));
        return new WalletPair(payer.Address, payee.Address, due.Quote.CheckOutAt + (window < LatestRelease ? window : LatestRelease));
    }

    private static bool Same(string address, string other) => string.Equals(address, other.Trim(), StringComparison.OrdinalIgnoreCase);
}
