using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>An operator makes somebody an admin: how the first one comes to be in production. Without an account for the address one is made with the password that is given.</summary>
public static class AppointAdmin
{
    public sealed record Request(string? Email, string? Password, string? Name) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Addresses.Check(Email);
            yield return Checks.Length(Name, "name", 0, 100);
        }
    }

    public static void Map(RouteGroupBuilder services) => services.MapPost("/admins", Handle);

    private static async Task<IResult> Handle(Request request, HttpContext http, AuthDb db, Outbox outbox, PasswordVault vault, PasswordRules rules, TimeProvider clock, CancellationToken ct)
    {
        var (email, key) = (Addresses.Clean(request.Email!), Addresses.Key(request.Email!));
        var account = await db.Accounts.SingleOrDefaultAsync(a => a.EmailKey == key, ct);
        if (account is null)
        {
            if (request.Password is null) return AuthRefusals.AccountNotFound.ToProblem();
            if (rules.Check(request.Password, email) is { } weak) return weak.ToProblem();
            (account, var registered) = Account.Register(UserId.New(), email, await vault.HashAsync(request.Password, ct), request.Name?.Trim(), Language.Choose(null, http), clock.GetUtcNow());
            db.Accounts.Add(account);
            outbox.Add(registered);
            outbox.Add(account.VerifyEmail(clock.GetUtcNow())!);
        }
        if (account.AddRole(Role.Admin) is { } changed) outbox.Add(changed);
        await db.SaveChangesAsync(ct);
        return Results.Ok(account.View());
    }
}
