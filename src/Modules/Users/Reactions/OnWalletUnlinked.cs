using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Users;

/// <summary>A wallet is somebody's no more: nothing is paid there. If another person has it by now, it stays his.</summary>
public sealed class OnWalletUnlinked(UsersDb db) : IReaction<WalletUnlinked>
{
    public Task HandleAsync(WalletUnlinked fact, ReactionContext context, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"delete from user_wallets where user_id = {fact.UserId.Value} and address = {UserWallet.KeyOf(EthereumAddress.Parse(fact.Address))}", ct);
}
