using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EstoSpaces.Auth;

/// <summary>
/// Somebody who is signed in sees the wallets of his account, links one by a signed message, or takes one off. Refused: a wallet of another account (wallet_taken), more than 20 (too_many_wallets),
/// taking off what he has not (wallet_not_found) or what he alone can sign in with (wallet_last_way). Linking again what is linked changes nothing and answers the same.
/// </summary>
public static class OwnWallets
{
    private const int Most = 20;

    public sealed record Request(string? Message, string? Signature) : IChecked
    {
        public IEnumerable<Refusal?> Check() => WalletProofs.CheckFields(Message, Signature);
    }

    public static void Map(RouteGroupBuilder auth)
    {
        auth.MapGet("/wallets", List).WithName("ListLinkedWallets").Produces<Page<LinkedWallet>>();
        auth.MapPost("/wallets", Link).WithName("LinkWallet").Produces<LinkedWallet>();
        auth.MapDelete("/wallets/{address}", Unlink).WithName("UnlinkWallet").Produces(204);
    }

    private static async Task<IResult> List(Caller caller, AuthDb db, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        var wallets = await db.Wallets.AsNoTracking().Where(w => w.UserId == caller.UserId).OrderBy(w => w.LinkedAt).ToListAsync(ct);
        return Results.Ok(new Page<LinkedWallet>([.. wallets.Select(w => w.View())], null));
    }

    private static async Task<IResult> Link(Request request, Caller caller, HttpContext http, AuthDb db, Outbox outbox, WalletProofs proofs, Throttle throttle, TimeProvider clock, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        var place = Device.Address(http);
        if (await throttle.TakeAsync(ThrottleRule.WalletAddress, place, ct) is { } wait) return Throttle.Refuse(http, wait).ToProblem();
        var proof = await proofs.CheckAsync(request.Message!, request.Signature!, true, ct);
        if (proof.Refused) return proof.Refusal.ToProblem();
        await throttle.GiveBackAsync(ThrottleRule.WalletAddress, place, ct);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(db, caller, ct);
        var key = Wallet.KeyOf(proof.Value.Address);
        if (await db.Wallets.AsNoTracking().SingleOrDefaultAsync(w => w.Address == key, ct) is { } there)
            return there.UserId == caller.UserId ? Results.Ok(there.View()) : AuthRefusals.WalletTaken.ToProblem();
        if (!await proofs.UseAsync(proof.Value, ct)) return AuthRefusals.WalletNonceInvalid.ToProblem();
        if (await db.Wallets.CountAsync(w => w.UserId == caller.UserId, ct) >= Most) return AuthRefusals.TooManyWallets.ToProblem();
        var (wallet, linked) = Wallet.Link(caller.UserId, proof.Value, clock.GetUtcNow());
        db.Wallets.Add(wallet);
        outbox.Add(linked);
        try { await db.SaveChangesAsync(ct); }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "wallets_pkey" }) { return AuthRefusals.WalletTaken.ToProblem(); }
        await transaction.CommitAsync(ct);
        return Results.Ok(wallet.View());
    }

    private static async Task<IResult> Unlink(string address, Caller caller, AuthDb db, Outbox outbox, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        if (!EthereumAddress.TryParse(address, out var parsed)) return AuthRefusals.WalletNotFound.ToProblem();

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(db, caller, ct);
        await db.Entry(account.Value).ReloadAsync(ct);
        var wallets = await db.Wallets.Where(w => w.UserId == caller.UserId).ToListAsync(ct);
        var key = Wallet.KeyOf(parsed);
        if (wallets.SingleOrDefault(w => w.Address == key) is not { } wallet) return AuthRefusals.WalletNotFound.ToProblem();
        if (wallets.Count == 1 && !account.Value.HasPassword) return AuthRefusals.WalletLastWay.ToProblem();
        db.Wallets.Remove(wallet);
        outbox.Add(wallet.Unlinked());
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Results.NoContent();
    }

    /// <summary>One change of somebody's wallets at a time: how many there are is decided by looking at all of them.</summary>
    private static Task LockAsync(AuthDb db, Caller caller, CancellationToken ct) => db.Database.ExecuteSqlAsync($"select 1 from users where id = {caller.UserId.Value} for update", ct);
}
