using EstoSpaces.Kernel.Hosting;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace EstoSpaces.Kernel.Identity;

/// <summary>Auth's public keys, from its JWKS address, kept for five minutes and fetched anew when a token names an unknown one. What was known stays valid while auth is away.</summary>
public sealed class AccessKeys(ModuleContext context, IHttpClientFactory clients) : IConfigurationManager<OpenIdConnectConfiguration>
{
    public const string Issuer = "estospaces";
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim gate = new(1, 1);
    private OpenIdConnectConfiguration? known;
    private DateTimeOffset fetchedAt = DateTimeOffset.MinValue;
    private volatile bool refresh;

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        if (Fresh() is { } current) return current;
        await gate.WaitAsync(cancel);
        try
        {
            if (Fresh() is { } meanwhile) return meanwhile;
            using var http = clients.CreateClient("jwks");
            var keys = new JsonWebKeySet(await http.GetStringAsync(new Uri(context.AddressOf("auth"), "/.well-known/jwks.json"), cancel));
            var fetched = new OpenIdConnectConfiguration { Issuer = Issuer, JsonWebKeySet = keys };
            foreach (var key in keys.GetSigningKeys()) fetched.SigningKeys.Add(key);
            (known, fetchedAt, refresh) = (fetched, TimeProvider.System.GetUtcNow(), false);
            return fetched;
        }
        catch (HttpRequestException) when (known is not null) { return known; }
        finally { gate.Release(); }
    }

    public void RequestRefresh() => refresh = true;

    private OpenIdConnectConfiguration? Fresh()
    {
        var age = TimeProvider.System.GetUtcNow() - fetchedAt;
        return known is not null && age < (refresh ? AtMostEvery : KeepFor) ? known : null;
    }
}
