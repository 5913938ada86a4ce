using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>
/// Somebody with a reset link sets a new password. The link works once (reset_token_invalid); every session ends, every other link dies, a lock after wrong passwords is lifted, and the
/// address is proved, because the link was read there. Where it was not proved before, wallets are taken off.
/// </summary>
public static class ResetPassword
{
    public sealed record Request(string? Token, string? Password) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Token, "token");
            yield return Checks.Length(Token, "token", 0, 200);
            yield return Checks.Required((object?)Password, "password");
        }
    }

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/reset-password", Handle).WithName("ResetPassword").Produces(204);

    private static async Task<IResult> Handle(Request request, AuthDb db, Outbox outbox, PasswordVault vault, PasswordRules rules, SessionIssuer sessions, Throttle throttle, TimeProvider clock, CancellationToken ct)
    {
        var (hash, now) = (OpaqueToken.Hash(request.Token!.Trim()), TimeProvider.System.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var reset = await db.PasswordResets.FromSql($"select * from password_resets where token_hash = {hash} for update").SingleOrDefaultAsync(ct);
        if (reset is null || reset.UsedAt is not null || reset.ExpiresAt <= now) return AuthRefusals.ResetTokenInvalid.ToProblem();
        var account = await db.Accounts.SingleAsync(a => a.Id == reset.UserId, ct);
        if (account.Status != AccountStatus.Active) return AuthRefusals.ResetTokenInvalid.ToProblem();
        if (rules.Check(request.Password, account.Email) is { } weak) return weak.ToProblem();

        outbox.Add(account.ChangePassword(await vault.HashAsync(request.Password!, ct), clock.GetUtcNow()));
        if (account.VerifyEmail(clock.GetUtcNow()) is { } verified)
        {
            outbox.Add(verified);
            await UnlinkWalletsAsync(account, db, outbox, ct);
        }
        outbox.AddAll(await sessions.RevokeAllAsync(account.Id, null, "password_reset", ct));
        await db.Database.ExecuteSqlAsync($"update password_resets set used_at = {now} where user_id = {account.Id.Value} and used_at is null", ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await throttle.ForgetAsync(ThrottleRule.LoginAccount, account.EmailKey, ct);
        return Results.NoContent();
    }

    /// <summary>
    /// Wallets that were linked before the address was proved may be of somebody who registered with another person's address and waits for him to come: they would still sign in after the reset.
    /// </summary>
    private static async Task UnlinkWalletsAsync(Account account, AuthDb db, Outbox outbox, CancellationToken ct)
    {
        var wallets = await db.Wallets.Where(w => w.UserId == account.Id).ToListAsync(ct);
        db.Wallets.RemoveRange(wallets);
        outbox.AddAll(wallets.Select(w => w.Unlinked()));
    }
}
