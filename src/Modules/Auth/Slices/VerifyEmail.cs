using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>Somebody follows the link that proves his address; no sign-in is needed. Following it twice is fine; an unknown, old or superseded link is refused (verification_token_invalid).</summary>
public static class VerifyEmail
{
    public sealed record Request(string? Token) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Token, "token");
            yield return Checks.Length(Token, "token", 0, 200);
        }
    }

    public sealed record Response(string Email, bool EmailVerified);

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/verify-email", Handle).WithName("VerifyEmail").Produces<Response>();

    private static async Task<IResult> Handle(Request request, AuthDb db, Outbox outbox, TimeProvider clock, CancellationToken ct)
    {
        var (hash, now) = (OpaqueToken.Hash(request.Token!.Trim()), TimeProvider.System.GetUtcNow());
        var link = await db.EmailVerifications.SingleOrDefaultAsync(v => v.TokenHash == hash, ct);
        if (link is null || link.ExpiresAt <= now) return AuthRefusals.VerificationTokenInvalid.ToProblem();
        var account = await db.Accounts.SingleAsync(a => a.Id == link.UserId, ct);
        if (account.Status == AccountStatus.Deleted || account.Email != link.Email) return AuthRefusals.VerificationTokenInvalid.ToProblem();
        if (link.UsedAt is not null && !account.EmailVerified) return AuthRefusals.VerificationTokenInvalid.ToProblem();

        link.UsedAt ??= now;
        if (account.VerifyEmail(clock.GetUtcNow()) is { } verified) outbox.Add(verified);
        await db.SaveChangesAsync(ct);
        return Results.Ok(new Response(account.Email, true));
    }
}
