using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>
/// Somebody signs in with address and password. An unknown address and a wrong password get the same answer after the same work; too many tries for an account or from an
/// address must wait (too_many_attempts). Only who knows the password learns that the account is suspended.
/// </summary>
public static class Login
{
    public sealed record Request(string? Email, string? Password) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Addresses.Check(Email);
            yield return Checks.Required((object?)Password, "password");
            yield return Checks.That(Password!.Length <= 1024, "field_length", "password may have 1024 characters at most.", "password");
        }
    }

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/login", Handle).WithName("Login").Produces<SessionView>();

    private static async Task<IResult> Handle(Request request, HttpContext http, AuthDb db, PasswordVault vault, Throttle throttle, SessionIssuer sessions, CancellationToken ct)
    {
        var (key, address) = (Addresses.Key(request.Email!), Device.Address(http));
        if (await throttle.TakeAsync(ThrottleRule.LoginAddress, address, ct) is { } fromThere) return Throttle.Refuse(http, fromThere).ToProblem();
        if (await throttle.TakeAsync(ThrottleRule.LoginAccount, key, ct) is { } forIt) return Throttle.Refuse(http, forIt).ToProblem();

        var account = await db.Accounts.SingleOrDefaultAsync(a => a.EmailKey == key, ct);
        var (right, stale) = await vault.CheckAsync(account?.PasswordHash, request.Password!, ct);
        if (!right) return AuthRefusals.InvalidCredentials.ToProblem();

        await throttle.ForgetAsync(ThrottleRule.LoginAccount, key, ct);
        await throttle.GiveBackAsync(ThrottleRule.LoginAddress, address, ct);
        if (account!.Status != AccountStatus.Active) return AuthRefusals.AccountSuspended.ToProblem();
        if (stale) account.Rehash(await vault.HashAsync(request.Password!, ct));
        var view = await sessions.StartAsync(account, http, ct);
        await db.SaveChangesAsync(ct);
        return Results.Ok(view);
    }
}
