using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Media;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EstoSpaces.Users;

/// Owns who people are: profiles, preferences, postal addresses, what they have proved, documents, wallets. Everybody asks here how to reach or name a person.
/// Refuses to own passwords, roles and sessions (auth; copies of address and roles come by its events), what somebody wants to be told (notifications)
/// and pictures (media; an avatar is an id and an address here).
public sealed class UsersModule : IModule
{
    public ModuleFacts Facts { get; } = new("users", "user-service", 8081)
    {
        Database = "estospaces_users",
        Db = DbSeam.Of<UsersDb>(),
        Serves = ["/api/v1/users"],
        Hears =
        [
            ReactionSeam.To<AccountRegistered, OnAccountRegistered>(), ReactionSeam.To<EmailVerified, OnEmailVerified>(), ReactionSeam.To<RolesChanged, OnRolesChanged>(),
            ReactionSeam.To<WalletLinked, OnWalletLinked>(), ReactionSeam.To<WalletUnlinked, OnWalletUnlinked>(),
            ReactionSeam.To<MediaProcessed, OnMediaProcessed>(), ReactionSeam.To<MediaDeleted, OnMediaDeleted>(),
            ReactionSeam.To<BookingConfirmed, OnBookingConfirmed>(), ReactionSeam.To<BookingCancelled, OnBookingCancelled>(), ReactionSeam.To<StayCompleted, OnStayCompleted>(),
        ],
    };

    public void AddServices(IServiceCollection services, ModuleContext context) => services.AddScoped<Avatars>();

    public void Map(WebApplication app)
    {
        var own = app.MapDoor("/api/v1/users").RequireAuthorization(Policies.User).WithTags("users");
        OwnProfile.Map(own);
        OwnPreferences.Map(own);
        OwnAddresses.Map(own);
        OwnWallets.Map(own);
        UpdateUser.Map(own);
        EraseUser.Map(own);
        ListUsers.Map(app.MapDoor("/api/v1/users").RequireAuthorization(Policies.Admin).WithTags("users"));
        GetUser.Map(app.MapDoor("/api/v1/users").WithTags("users"));

        var services = app.MapInternalDoor("/internal");
        TellContacts.Map(services);
        TellWallets.Map(services);
        if (!app.Environment.IsProduction()) SeedProfiles.Map(services);
    }
}
