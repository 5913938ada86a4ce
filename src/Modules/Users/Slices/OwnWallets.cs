using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>
/// Somebody sees his wallets, names them, and says to which one his earnings go; choosing another takes it from the one before, and he is told by mail. Wallets come and go by auth, where they are proved;
/// one that he has not is refused (wallet_not_found).
/// </summary>
public static class OwnWallets
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>A label that is left out or empty is cleared; payout that is left out stays.</summary>
    public sealed record Request(string? Label, bool? Payout) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Texts.Check(Label, "label", 0, 60);
        }
    }

    public static void Map(RouteGroupBuilder users)
    {
        users.MapGet("/wallets", List).WithName("ListWallets").Produces<Page<WalletView>>();
        users.MapPut("/wallets/{address}", Put).WithName("UpdateWallet").Produces<WalletView>();
    }

    private static async Task<IResult> List(Caller caller, UsersDb db, CancellationToken ct) => Results.Ok(new Page<WalletView>(await db.WalletsOfAsync(caller.UserId, ct), null));

    private static async Task<IResult> Put(string address, Request request, Caller caller, UsersDb db, Outbox outbox, TimeProvider clock, CancellationToken ct)
    {
        if (!EthereumAddress.TryParse(address, out var parsed) || !await IsThereAsync(caller.UserId, parsed, db, ct)) return UserRefusals.WalletNotFound.ToProblem();

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({caller.UserId.ToString()}, 0))", ct);
        var wallets = await db.Wallets.Where(w => w.UserId == caller.UserId).ToListAsync(ct);
        var key = UserWallet.KeyOf(parsed);
        if (wallets.SingleOrDefault(w => w.Address == key) is not { } wallet) return UserRefusals.WalletNotFound.ToProblem();
        wallet.Name(request.Label);
        // The others first: the index wants one payout wallet at most at every moment.
        if (request.Payout == true)
        {
            foreach (var other in wallets.Where(w => w != wallet)) _ = other.Pay(false, clock.GetUtcNow());
            await db.SaveChangesAsync(ct);
        }
        if (request.Payout is { } here && wallet.Pay(here, clock.GetUtcNow()) is { } changed) outbox.Add(changed);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Results.Ok(wallet.View());
    }

    /// <summary>The event that tells of a wallet that was linked a moment ago is on its way: it is waited for.</summary>
    private static async Task<bool> IsThereAsync(UserId user, EthereumAddress address, UsersDb db, CancellationToken ct)
    {
        var (key, deadline) = (UserWallet.KeyOf(address), TimeProvider.System.GetUtcNow() + Patience);
        while (!await db.Wallets.AnyAsync(w => w.UserId == user && w.Address == key, ct))
        {
            if (TimeProvider.System.GetUtcNow() > deadline) return false;
            await Task.Delay(TimeSpan.FromMilliseconds(50), ct);
        }
        return true;
    }
}
