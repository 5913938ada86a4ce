using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace EstoSpaces.Auth;

/// <summary>Somebody reads his own account. Refused when the session was ended, even while its token would still be good elsewhere.</summary>
public static class GetMe
{
    public static void Map(RouteGroupBuilder auth) => auth.MapGet("/me", Handle).WithName("GetMe").Produces<AccountView>();

    private static async Task<IResult> Handle(Caller caller, AuthDb db, CancellationToken ct)
    {
        var account = await db.AliveAsync(caller, ct);
        return account.Refused ? account.Refusal.ToProblem() : Results.Ok(account.Value.View());
    }
}
