using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>An admin looks at an account, sets its roles, suspends or reinstates it. Nobody does that to himself (own_account), so that a product is never left without an admin.</summary>
public static class GovernAccounts
{
    public sealed record RolesRequest(IReadOnlyList<Role>? Roles) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Roles, "roles");
        }
    }

    public sealed record SuspendRequest(string? Reason) : IChecked
    {
        public IEnumerable<Refusal?> Check()
        {
            yield return Checks.Required(Reason, "reason");
            yield return Checks.Length(Reason, "reason", 1, 500);
            yield return Checks.That(!Reason!.Contains('\0'), "invalid_text", "reason contains a character that can't be stored.", "reason");
        }
    }

    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapGet("/accounts/{id}", Get).WithName("GetAccount").Produces<AccountView>();
        admin.MapPut("/accounts/{id}/roles", SetRoles).WithName("SetAccountRoles").Produces<AccountView>();
        admin.MapPost("/accounts/{id}/suspend", Suspend).WithName("SuspendAccount").Produces<AccountView>();
        admin.MapPost("/accounts/{id}/reinstate", Reinstate).WithName("ReinstateAccount").Produces<AccountView>();
    }

    private static async Task<IResult> Get(UserId id, Caller caller, AuthDb db, CancellationToken ct)
    {
        var account = await FindAsync(id, caller, db, mayBeOwn: true, ct);
        return account.Refused ? account.Refusal.ToProblem() : Results.Ok(account.Value.View());
    }

    private static async Task<IResult> SetRoles(UserId id, RolesRequest request, Caller caller, AuthDb db, Outbox outbox, CancellationToken ct)
    {
        var account = await FindAsync(id, caller, db, mayBeOwn: false, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        if (account.Value.SetRoles(request.Roles!) is { } changed) outbox.Add(changed);
        await db.SaveChangesAsync(ct);
        return Results.Ok(account.Value.View());
    }

    private static async Task<IResult> Suspend(UserId id, SuspendRequest request, Caller caller, AuthDb db, Outbox outbox, SessionIssuer sessions, CancellationToken ct)
    {
        var account = await FindAsync(id, caller, db, mayBeOwn: false, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        if (account.Value.Suspend(request.Reason!.Trim()) is { } refusal) return refusal.ToProblem();
        outbox.AddAll(await sessions.RevokeAllAsync(id, null, "suspended", ct));
        await db.SaveChangesAsync(ct);
        return Results.Ok(account.Value.View());
    }

    private static async Task<IResult> Reinstate(UserId id, Caller caller, AuthDb db, CancellationToken ct)
    {
        var account = await FindAsync(id, caller, db, mayBeOwn: false, ct);
        if (account.Refused) return account.Refusal.ToProblem();
        if (account.Value.Reinstate() is { } refusal) return refusal.ToProblem();
        await db.SaveChangesAsync(ct);
        return Results.Ok(account.Value.View());
    }

    /// <summary>The admin's own session must be alive too: this is where a stolen token would do most harm.</summary>
    private static async Task<Result<Account>> FindAsync(UserId id, Caller caller, AuthDb db, bool mayBeOwn, CancellationToken ct)
    {
        var admin = await db.AliveAsync(caller, ct);
        if (admin.Refused) return admin.Refusal;
        if (!mayBeOwn && id == caller.UserId) return AuthRefusals.OwnAccount;
        return await db.Accounts.SingleOrDefaultAsync(a => a.Id == id && a.Status != AccountStatus.Deleted, ct) is { } account ? account : AuthRefusals.AccountNotFound;
    }
}
