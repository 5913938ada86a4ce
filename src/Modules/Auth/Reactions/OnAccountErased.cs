using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>A person had himself erased: his account can't sign in any more, and nothing here names him.</summary>
public sealed class OnAccountErased(AuthDb db, Outbox outbox, SessionIssuer sessions) : IReaction<AccountErased>
{
    public async Task HandleAsync(AccountErased fact, ReactionContext context, CancellationToken ct)
    {
        if (await db.Accounts.SingleOrDefaultAsync(a => a.Id == fact.UserId, ct) is not { Status: not AccountStatus.Deleted } account) return;
        account.Erase();
        outbox.AddAll(await sessions.RevokeAllAsync(fact.UserId, null, "erased", ct));
        var user = fact.UserId.Value;
        await db.Database.ExecuteSqlAsync($"update sessions set ip = null, user_agent = null where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from email_verifications where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from password_resets where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from oauth_connections where user_id = {user}", ct);
        await db.Database.ExecuteSqlAsync($"delete from wallet_nonces where address in (select address from wallets where user_id = {user})", ct);
        await db.Database.ExecuteSqlAsync($"delete from wallets where user_id = {user}", ct);
    }
}
