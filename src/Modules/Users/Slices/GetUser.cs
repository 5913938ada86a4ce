using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Users;

/// <summary>Anybody looks at a member: strangers see name, picture, some words and since when; the owner and admins see all. An erased member is not found.</summary>
public static class GetUser
{
    public static void Map(RouteGroupBuilder users) => users.MapGet("/{id}", Handle).WithName("GetUser").Produces<PublicProfile>().Produces<ProfileView>(200, "application/json");

    private static async Task<IResult> Handle(UserId id, Caller? caller, HttpContext http, UsersDb db, TimeProvider clock, CancellationToken ct)
    {
        var profile = caller?.UserId == id ? await db.OwnAsync(caller, clock, ct) : await db.LivingAsync(id, ct);
        if (profile is null) return UserRefusals.UserNotFound.ToProblem();
        if (caller is null || (caller.UserId != id && !caller.IsAdmin)) return Results.Ok(profile.Public());
        Versions.Tag(http, profile.Version);
        return Results.Ok(profile.View());
    }
}
