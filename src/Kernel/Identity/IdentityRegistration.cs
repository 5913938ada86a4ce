using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace EstoSpaces.Kernel.Identity;

/// <summary>Every module checks tokens itself: users' by auth's public keys (ES256), services' by the shared key.</summary>
internal static class IdentityRegistration
{
    public static void AddIdentity(this IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton<AccessKeys>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton(context.Revoked);
        services.AddSingleton<ServiceTokens>();
        var auth = new InstanceChoice(context.Directory, "auth", TimeProvider.System);
        services.AddHttpClient("jwks", client => client.Timeout = TimeSpan.FromSeconds(5)).AddHttpMessageHandler(() => new InstanceHandler(auth));
        services.AddAuthentication(Policies.UserScheme)
            .AddScheme<UserTokenOptions, UserTokenHandler>(Policies.UserScheme, null)
            .AddJwtBearer(Policies.ServiceScheme, options =>
            {
                options.MapInboundClaims = false;
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = ServiceTokens.Issuer, ValidAudience = context.Facts.Name, ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
                    IssuerSigningKey = new SymmetricSecurityKey(context.ServiceKey), ClockSkew = TimeSpan.FromSeconds(30), AuthenticationType = Policies.ServiceScheme,
                };
            });
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.User, p => p.AddAuthenticationSchemes(Policies.UserScheme).RequireAuthenticatedUser())
            .AddPolicy(Policies.Host, p => p.AddAuthenticationSchemes(Policies.UserScheme).RequireRole(Wire.Name(Role.Host)))
            .AddPolicy(Policies.Admin, p => p.AddAuthenticationSchemes(Policies.UserScheme).RequireRole(Wire.Name(Role.Admin)))
            .AddPolicy(Policies.Service, p => p.AddAuthenticationSchemes(Policies.ServiceScheme).RequireAuthenticatedUser());
    }
}
