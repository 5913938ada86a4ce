using System.Collections.Concurrent;
using EstoSpaces.Kernel.Hosting;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EstoSpaces.Kernel.Identity;

/// <summary>Tokens by which services know each other: HS256 under a key derived from JWT_SECRET, one audience, five minutes. They run on system time.</summary>
public sealed class ServiceTokens(byte[] key, string service)
{
    public ServiceTokens(ModuleContext context) : this(context.ServiceKey, context.Facts.Service) { }

    public const string Issuer = "estospaces-services";
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private readonly SigningCredentials credentials = new(new SymmetricSecurityKey(key), SecurityAlgorithms.HmacSha256);
    private readonly ConcurrentDictionary<string, (string Token, DateTimeOffset RenewAt)> issued = new();

    /// <summary>A token for calls to a module, by module name.</summary>
    public string For(string module)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (issued.TryGetValue(module, out var have) && have.RenewAt > now) return have.Token;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer, Audience = module, IssuedAt = now.UtcDateTime, Expires = (now + Life).UtcDateTime,
            Claims = new Dictionary<string, object> { ["sub"] = service }, SigningCredentials = credentials,
        });
        issued[module] = (token, now + Life / 2);
        return token;
    }
}
