using EstoSpaces.Kernel.Events;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>Once a day what nobody can use any more is forgotten: old tokens and links, ended sessions (after 90 days, so that people can look back), old counters.</summary>
public sealed class PurgeExpiredSecrets(AuthDb db, Outbox outbox, TimeProvider clock) : ITimerDoor
{
    public const string Subject = "expired_secrets";

    public async Task FireAsync(string subject, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (week, quarter) = (now.AddDays(-7), now.AddDays(-90));
        await db.Database.ExecuteSqlAsync($"delete from refresh_tokens where expires_at < {week}", ct);
        await db.Database.ExecuteSqlAsync($"delete from sessions where expires_at < {quarter} or revoked_at < {quarter}", ct);
        await db.Database.ExecuteSqlAsync($"delete from email_verifications where expires_at < {week}", ct);
        await db.Database.ExecuteSqlAsync($"delete from password_resets where expires_at < {week}", ct);
        await db.Database.ExecuteSqlAsync($"delete from wallet_nonces where expires_at < {now.AddDays(-1)}", ct);
        await db.Database.ExecuteSqlAsync($"delete from throttles where began_at < {now.AddDays(-1)} and (blocked_until is null or blocked_until < {now})", ct);
        await outbox.SetTimerAsync<PurgeExpiredSecrets>(Subject, clock.GetUtcNow() + TimeSpan.FromDays(1), ct);
    }
}
