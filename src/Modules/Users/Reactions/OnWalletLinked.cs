using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>
/// A wallet was proved to be somebody's. Earnings don't go there until he says so. Facts about different people come in any order: the one that was proved later has it, and who was erased gets none.
/// </summary>
public sealed class OnWalletLinked(UsersDb db) : IReaction<WalletLinked>
{
    public Task HandleAsync(WalletLinked fact, ReactionContext context, CancellationToken ct)
    {
        var (user, address) = (fact.UserId.Value, UserWallet.KeyOf(EthereumAddress.Parse(fact.Address)));
        return db.Database.ExecuteSqlAsync($"""
            insert into user_wallets (id, user_id, address, kind, chain_id, verified_at)
            select {Guid.CreateVersion7()}, {user}, {address}, {fact.Kind}, {fact.ChainId}, {fact.LinkedAt.ToUniversalTime()}
            where not exists (select 1 from user_profiles where user_id = {user} and erased_at is not null)
            on conflict (address) do update set user_id = excluded.user_id, kind = excluded.kind, chain_id = excluded.chain_id, verified_at = excluded.verified_at, label = null, is_payout = false
            where user_wallets.verified_at < excluded.verified_at and user_wallets.user_id <> excluded.user_id
            """, ct);
    }
}
