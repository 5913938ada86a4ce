using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>Somebody wants to let homes: the account becomes a host's, and further tokens of the same session carry the role. Doing it twice is fine. The tokens he had stay good.</summary>
public static class BecomeHost
{
    public static void Map(RouteGroupBuilder auth) => auth.MapPost("/become-host", Handle).WithName("BecomeHost").Produces<SessionView>();

    private static async Task<IResult> Handle(Caller caller, AuthDb db, Outbox outbox, SessionIssuer sessions, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        if (account.Value.AddRole(Role.Host) is { } changed) outbox.Add(changed);
        var session = await db.Sessions.SingleAsync(s => s.Id == caller.SessionId, ct);
        var view = await sessions.ContinueAsync(account.Value, session, ct);
        await db.SaveChangesAsync(ct);
        return Results.Ok(view);
    }
}
