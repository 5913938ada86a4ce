using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>
/// Somebody signs in with a wallet that is linked to his account: a signed message instead of address and password, and everything else as there. A wallet that is linked to none is refused
/// (wallet_unknown) and may register with the same message. What is wrong with a message or its signature is said as <see cref="WalletProofs.CheckAsync"/> does.
/// </summary>
public static class LoginByWallet
{
    public sealed record Request(string? Message, string? Signature) : IChecked
    {
        public IEnumerable<Refusal?> Check() => WalletProofs.CheckFields(Message, Signature);
    }

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/wallet/login", Handle).WithName("LoginByWallet").Produces<SessionView>();

    private static async Task<IResult> Handle(Request request, HttpContext http, AuthDb db, WalletProofs proofs, Throttle throttle, SessionIssuer sessions, CancellationToken ct)
    {
        var place = Device.Address(http);
        if (await throttle.TakeAsync(ThrottleRule.WalletAddress, place, ct) is { } wait) return Throttle.Refuse(http, wait).ToProblem();
        var proof = await proofs.CheckAsync(request.Message!, request.Signature!, false, ct);
        if (proof.Refused) return proof.Refusal.ToProblem();
        await throttle.GiveBackAsync(ThrottleRule.WalletAddress, place, ct);

        var key = Wallet.KeyOf(proof.Value.Address);
        var account = await db.Wallets.Where(w => w.Address == key).Join(db.Accounts, w => w.UserId, a => a.Id, (_, account) => account).SingleOrDefaultAsync(ct);
        if (account is null) return AuthRefusals.WalletUnknown.ToProblem();
        if (account.Status != AccountStatus.Active) return AuthRefusals.AccountSuspended.ToProblem();

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await proofs.UseAsync(proof.Value, ct)) return AuthRefusals.WalletNonceInvalid.ToProblem();
        var view = await sessions.StartAsync(account, http, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Results.Ok(view);
    }
}
