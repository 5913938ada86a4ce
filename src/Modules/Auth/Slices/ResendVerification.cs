using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Auth;

/// <summary>Somebody who is signed in asks for the verification mail once more. Refused when the address is verified, or when too many were asked for.</summary>
public static class ResendVerification
{
    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/verify-email/resend", Handle).WithName("ResendVerification").Produces<ForgotPassword.Response>(202);

    private static async Task<IResult> Handle(Caller caller, HttpContext http, AuthDb db, Outbox outbox, Throttle throttle, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        if (account.Value.EmailVerified) return AuthRefusals.EmailAlreadyVerified.ToProblem();
        if (await throttle.TakeAsync(ThrottleRule.Mail, "verify " + account.Value.EmailKey, ct) is { } wait) return Throttle.Refuse(http, wait).ToProblem();
        outbox.Add(VerificationLinks.Issue(db, account.Value));
        await db.SaveChangesAsync(ct);
        return Results.Accepted(null, new ForgotPassword.Response("accepted"));
    }
}
