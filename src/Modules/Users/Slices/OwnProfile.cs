using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Users;

/// <summary>Somebody reads or changes his own profile, also in the moment after registering. A change made against an older version is refused (edited_meanwhile).</summary>
public static class OwnProfile
{
    public static void Map(RouteGroupBuilder users)
    {
        users.MapGet("/profile", Get).WithName("GetProfile").Produces<ProfileView>();
        users.MapPut("/profile", Put).WithName("UpdateProfile").Produces<ProfileView>();
    }

    private static async Task<IResult> Get(Caller caller, HttpContext http, UsersDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await db.OwnAsync(caller, clock, ct) is not { } profile) return UserRefusals.UserNotFound.ToProblem();
        Versions.Tag(http, profile.Version);
        return Results.Ok(profile.View());
    }

    private static async Task<IResult> Put(ProfileChange change, Caller caller, HttpContext http, UsersDb db, Outbox outbox, Avatars avatars, TimeProvider clock, CancellationToken ct)
    {
        if (await db.OwnAsync(caller, clock, ct) is not { } profile) return UserRefusals.UserNotFound.ToProblem();
        return await UpdateUser.ChangeAsync(profile, change, http, db, outbox, avatars, clock, ct);
    }
}
