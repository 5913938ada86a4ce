using EstoSpaces.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Users;

/// <summary>Another service asks for a person's proven wallets; somebody unknown has none.</summary>
public static class TellWallets
{
    public static void Map(RouteGroupBuilder services) => services.MapGet("/users/{id}/wallets", Handle);

    private static async Task<IResult> Handle(UserId id, UsersDb db, CancellationToken ct) => Results.Ok(await db.WalletsOfAsync(id, ct));
}
