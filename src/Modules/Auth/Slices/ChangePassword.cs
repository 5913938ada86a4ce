using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>Somebody who is signed in changes his password, knowing the old one (wrong_password). All his other sessions end. Wrong guesses count like wrong sign-ins.</summary>
public static class ChangePassword
{
    public sealed record Request(string? CurrentPassword, string? NewPassword) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required((object?)CurrentPassword, "current_password");
            yield return Checks.That(CurrentPassword!.Length <= 1024, "field_length", "current_password may have 1024 characters at most.", "current_password");
            yield return Checks.Required((object?)NewPassword, "new_password");
        }
    }

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/change-password", Handle).WithName("ChangePassword").Produces(204);

    private static async Task<IResult> Handle(Request request, Caller caller, HttpContext http, AuthDb db, Outbox outbox, PasswordVault vault, PasswordRules rules, SessionIssuer sessions, Throttle throttle,
        TimeProvider clock, CancellationToken ct)
    {
        var alive = await db.AliveAsync(caller, ct);
        if (alive.Refused) return alive.Refusal.ToProblem();
        var account = alive.Value;
        if (rules.Check(request.NewPassword, account.Email, "new_password") is { } weak) return weak.ToProblem();
        if (await throttle.TakeAsync(ThrottleRule.LoginAccount, account.EmailKey, ct) is { } wait) return Throttle.Refuse(http, wait).ToProblem();
        if (!(await vault.CheckAsync(account.PasswordHash, request.CurrentPassword!, ct)).Right) return AuthRefusals.WrongPassword.ToProblem();

        outbox.Add(account.ChangePassword(await vault.HashAsync(request.NewPassword!, ct), clock.GetUtcNow()));
        outbox.AddAll(await sessions.RevokeAllAsync(account.Id, caller.SessionId, "password_changed", ct));
        await db.SaveChangesAsync(ct);
        await throttle.ForgetAsync(ThrottleRule.LoginAccount, account.EmailKey, ct);
        return Results.NoContent();
    }
}
