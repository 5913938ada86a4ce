using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>
/// Somebody asks for a link to set a new password. The answer is 202 after the same time whether the address has an account or not, and whether a mail goes out or one went out just
/// before; only too many requests from one place are refused.
/// </summary>
public static class ForgotPassword
{
    private static readonly TimeSpan LinkLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan AnswerAfter = TimeSpan.FromMilliseconds(150);

    public sealed record Request(string? Email) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Addresses.Check(Email);
        }
    }

    public sealed record Response(string Status);

    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/forgot-password", Handle).WithName("ForgotPassword").Produces<Response>(202);

    private static async Task<IResult> Handle(Request request, HttpContext http, AuthDb db, Outbox outbox, Throttle throttle, CancellationToken ct)
    {
        if (await throttle.TakeAsync(ThrottleRule.MailAddress, Device.Address(http), ct) is { } wait) return Throttle.Refuse(http, wait).ToProblem();
        var same = Task.Delay(AnswerAfter, TimeProvider.System, ct);
        await SendAsync(Addresses.Key(request.Email!), db, outbox, throttle, ct);
        await same;
        return Results.Accepted(null, new Response("accepted"));
    }

    private static async Task SendAsync(string key, AuthDb db, Outbox outbox, Throttle throttle, CancellationToken ct)
    {
        if (await throttle.TakeAsync(ThrottleRule.Mail, "reset " + key, ct) is not null) return;
        if (await db.Accounts.SingleOrDefaultAsync(a => a.EmailKey == key && a.Status == AccountStatus.Active, ct) is not { } account) return;
        var (token, now) = (OpaqueToken.New(), TimeProvider.System.GetUtcNow());
        db.PasswordResets.Add(new PasswordReset { Id = Guid.CreateVersion7(), UserId = account.Id, TokenHash = OpaqueToken.Hash(token), CreatedAt = now, ExpiresAt = now + LinkLife });
        outbox.Add(new PasswordResetRequested(account.Id, account.Email, account.Name, token, account.Language, now + LinkLife));
        await db.SaveChangesAsync(ct);
    }
}
