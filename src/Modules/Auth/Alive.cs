using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Identity;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>A token is good until it expires; here, where sessions are known, it must also belong to a living one.</summary>
public static class Alive
{
    /// <summary>The caller's account, tracked. Refuses with <c>session_ended</c> or <c>account_suspended</c>.</summary>
    public static async Task<Result<Account>> AliveAsync(this AuthDb db, Caller caller, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var alive = await db.Sessions.AnyAsync(s => s.Id == caller.SessionId && s.UserId == caller.UserId && s.RevokedAt == null && s.ExpiresAt > now, ct);
        var account = await db.Accounts.SingleOrDefaultAsync(a => a.Id == caller.UserId, ct);
        if (account is { Status: AccountStatus.Suspended }) return AuthRefusals.AccountSuspended;
        if (!alive || account is not { Status: AccountStatus.Active }) return AuthRefusals.SessionEnded;
        return account;
    }
}
