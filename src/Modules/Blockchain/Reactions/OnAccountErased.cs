using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Blockchain.Reactions;

/// <summary>A host had himself erased: texts and salts of his listings go, and the hashes on the chain mean nothing any more.</summary>
public sealed class OnAccountErased(BlockchainDb db) : IReaction<AccountErased>
{
    public Task HandleAsync(AccountErased fact, ReactionContext context, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"update property_records set content = null, salt = null where host_id = {fact.UserId.Value}", ct);
}
