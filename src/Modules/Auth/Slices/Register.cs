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

/// <summary>A stranger makes an account and is signed in. Refused when the address has an account (email_taken) or the password is too weak.</summary>
public static class Register
{
    public sealed record Request(string? Email, string? Password, string? Name, string? Language) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Addresses.Check(Email);
            yield return Checks.Required((object?)Password, "password");
            yield return Checks.Length(Name, "name", 0, 100);
            yield return Checks.That(Name is null || !Name.Any(char.IsControl), "invalid_text", "name contains a character that can't be stored.", "name");
            yield return Auth.Language.Check(Language);
        }
    }

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/register", Handle).WithName("Register").Produces<SessionView>(201);

    private static async Task<IResult> Handle(Request request, HttpContext http, AuthDb db, Outbox outbox, PasswordVault vault, PasswordRules rules, SessionIssuer sessions, TimeProvider clock, CancellationToken ct)
    {
        var email = Addresses.Clean(request.Email!);
        if (rules.Check(request.Password, email) is { } weak) return weak.ToProblem();
        var key = Addresses.Key(email);
        if (await db.Accounts.AnyAsync(a => a.EmailKey == key, ct)) return AuthRefusals.EmailTaken.ToProblem();

        var hash = await vault.HashAsync(request.Password!, ct);
        var name = string.IsNullOrWhiteSpace(request.Name) ? null : request.Name.Trim();
        var (account, registered) = Account.Register(UserId.New(), email, hash, name, Auth.Language.Choose(request.Language, http), clock.GetUtcNow());
        db.Accounts.Add(account);
        outbox.Add(registered);
        outbox.Add(VerificationLinks.Issue(db, account));
        var view = await sessions.StartAsync(account, http, ct);
        try { await db.SaveChangesAsync(ct); }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "users_email_key_key" }) { return AuthRefusals.EmailTaken.ToProblem(); }
        return Results.Created("/api/v1/auth/me", view);
    }
}
