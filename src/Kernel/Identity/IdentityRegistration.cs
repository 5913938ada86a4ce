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
        services.AddSingleton<ServiceTokens>();
        var auth = new InstanceChoice(context.Directory, "auth", TimeProvider.System);
        services.AddHttpClient("jwks", client => client.Timeout = TimeSpan.FromSeconds(5)).AddHttpMessageHandler(() => new InstanceHandler(auth));
        services.AddAuthentication(Policies.UserScheme)
            .AddJwtBearer(Policies.UserScheme, options =>
            {
                options.MapInboundClaims = false;
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = AccessKeys.Issuer, ValidAudience = AccessKeys.Issuer, ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256], ClockSkew = TimeSpan.FromSeconds(5),
                    NameClaimType = "sub", RoleClaimType = "roles", AuthenticationType = Policies.UserScheme,
                };
            })
            .AddJwtBearer(Policies.ServiceScheme, options =>
            {
                options.MapInboundClaims = false;
                options.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = ServiceTokens.Issuer, ValidAudience = context.Facts.Name, ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
                    IssuerSigningKey = new SymmetricSecurityKey(context.ServiceKey), ClockSkew = TimeSpan.FromSeconds(30), AuthenticationType = Policies.ServiceScheme,
                };
            });
        services.AddOptions<JwtBearerOptions>(Policies.UserScheme).Configure<AccessKeys>((options, keys) => options.ConfigurationManager = keys);
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.User, p => p.AddAuthenticationSchemes(Policies.UserScheme).RequireAuthenticatedUser())
            .AddPolicy(Policies.Host, p => p.AddAuthenticationSchemes(Policies.UserScheme).RequireRole(Wire.Name(Role.Host)))
            .AddPolicy(Policies.Admin, p => p.AddAuthenticationSchemes(Policies.UserScheme).RequireRole(Wire.Name(Role.Admin)))
            .AddPolicy(Policies.Service, p => p.AddAuthenticationSchemes(Policies.ServiceScheme).RequireAuthenticatedUser());
    }
}
