using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EstoSpaces.Auth;

/// Owns accounts: addresses, passwords, wallets that sign in, roles, sessions, and the keys that sign access tokens.
/// Everybody else checks tokens by the public keys at /.well-known/jwks.json and never asks here.
/// Refuses to own who a person is (names, pictures, contacts belong to users) and to send mail (notifications does, by events).
public sealed class AuthModule : IModule
{
    public ModuleFacts Facts { get; } = new("auth", "auth-service", 8091)
    {
        Database = "estospaces_auth",
        Db = DbSeam.Of<AuthDb>(),
        Serves = ["/api/v1/auth", "/.well-known/jwks.json"],
        Hears = [ReactionSeam.To<AccountErased, OnAccountErased>(), ReactionSeam.To<SessionRevoked, OnSessionRevoked>()],
        Timers = [TimerSeam.Of<RotateSigningKeys>(), TimerSeam.Of<PurgeExpiredSecrets>()],
        Calls = [ClientSeam.To<BlockchainClient>("blockchain")],
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton<AuthKeys>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<PasswordVault>();
        services.AddSingleton<PasswordRules>();
        services.AddSingleton<Throttle>();
        services.AddScoped<SessionIssuer>();
        services.AddSingleton<WalletOrigins>();
        services.AddScoped<WalletProofs>();
        services.AddSingleton<RevokedSince>();
        services.AddHostedService<FirstTimers>();
        services.AddHostedService<RevocationHerald>();
        services.Configure<UserTokenOptions>(Policies.UserScheme, options => options.KnowsSessions = true);
    }

    public void Map(WebApplication app)
    {
        PublishKeys.Map(app);

        var strangers = app.MapDoor("/api/v1/auth").WithTags("auth").AddEndpointFilter(NoStore);
        Register.Map(strangers);
        Login.Map(strangers);
        Refresh.Map(strangers);
        Logout.Map(strangers);
        ForgotPassword.Map(strangers);
        ResetPassword.Map(strangers);
        VerifyEmail.Map(strangers);
        IssueWalletNonce.Map(strangers);
        LoginByWallet.Map(strangers);
        RegisterByWallet.Map(strangers);

        var users = app.MapDoor("/api/v1/auth").RequireAuthorization(Policies.User).WithTags("auth").AddEndpointFilter(NoStore);
        GetMe.Map(users);
        BecomeHost.Map(users);
        ListSessions.Map(users);
        EndSessions.Map(users);
        ChangePassword.Map(users);
        ResendVerification.Map(users);
        OwnWallets.Map(users);

        GovernAccounts.Map(app.MapDoor("/api/v1/auth").RequireAuthorization(Policies.Admin).WithTags("auth").AddEndpointFilter(NoStore));

        var services = app.MapInternalDoor();
        RotateKeys.Map(services);
        AppointAdmin.Map(services);
        ListRevokedSessions.Map(services);
        if (!app.Environment.IsProduction()) SeedAccounts.Map(services);
    }

    /// <summary>Answers here carry secrets: nobody on the way may keep them.</summary>
    private static ValueTask<object?> NoStore(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(context);
    }
}
