using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EstoSpaces.Auth;

/// <summary>
/// A stranger makes an account with a wallet instead of a password and is signed in; a password can be set later by the link of a forgotten one. Refused when the address has an account (email_taken)
/// or the wallet belongs to one (wallet_taken). A refused try uses nothing up: it can be repeated with another address and the same message.
/// </summary>
public static class RegisterByWallet
{
    public sealed record Request(string? Message, string? Signature, string? Email, string? Name, string? Language) : IChecked
    {
        public IEnumerable<Refusal?> Check() => new Register.Request(Email, Account.NoPassword, Name, Language).Check().Concat(WalletProofs.CheckFields(Message, Signature));
    }

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/wallet/register", Handle).WithName("RegisterByWallet").Produces<SessionView>(201);

    private static async Task<IResult> Handle(Request request, HttpContext http, AuthDb db, Outbox outbox, WalletProofs proofs, Throttle throttle, SessionIssuer sessions, TimeProvider clock, CancellationToken ct)
    {
        var place = Device.Address(http);
        if (await throttle.TakeAsync(ThrottleRule.WalletAddress, place, ct) is { } wait) return Throttle.Refuse(http, wait).ToProblem();
        var proof = await proofs.CheckAsync(request.Message!, request.Signature!, false, ct);
        if (proof.Refused) return proof.Refusal.ToProblem();
        await throttle.GiveBackAsync(ThrottleRule.WalletAddress, place, ct);

        var email = Addresses.Clean(request.Email!);
        var (emailKey, walletKey) = (Addresses.Key(email), Wallet.KeyOf(proof.Value.Address));
        if (await db.Wallets.AnyAsync(w => w.Address == walletKey, ct)) return AuthRefusals.WalletTaken.ToProblem();
        if (await db.Accounts.AnyAsync(a => a.EmailKey == emailKey, ct)) return AuthRefusals.EmailTaken.ToProblem();

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await proofs.UseAsync(proof.Value, ct)) return AuthRefusals.WalletNonceInvalid.ToProblem();
        var (name, now) = (string.IsNullOrWhiteSpace(request.Name) ? null : request.Name.Trim(), clock.GetUtcNow());
        var (account, registered) = Account.Register(UserId.New(), email, Account.NoPassword, name, Language.Choose(request.Language, http), now);
        var (wallet, linked) = Wallet.Link(account.Id, proof.Value, now);
        db.Accounts.Add(account);
        db.Wallets.Add(wallet);
        outbox.AddAll([registered, VerificationLinks.Issue(db, account), linked]);
        var view = await sessions.StartAsync(account, http, ct);
        try { await db.SaveChangesAsync(ct); }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_email_key_key" }) { return AuthRefusals.EmailTaken.ToProblem(); }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "wallets_pkey" }) { return AuthRefusals.WalletTaken.ToProblem(); }
        await transaction.CommitAsync(ct);
        return Results.Created("/api/v1/auth/me", view);
    }
}
