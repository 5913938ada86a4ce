using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Registry;

/// <summary>
/// Who may use the registry. Whoever registers an instance gets traffic, so strangers may not: callers have the registry's user and password, or a service token of our own modules.
/// Where no password is set, outside of production, callers on this machine and its private network may too.
/// </summary>
internal sealed class Access
{
    private readonly byte[]? credentials;
    private readonly bool trustsInside;

    private Access(string? credentials, bool trustsInside) => (this.credentials, this.trustsInside) = (credentials is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(credentials)), trustsInside);

    /// <summary>Throws <see cref="SettingsException"/> when only one of user and password is set, or when in production nobody could show who he is.</summary>
    public static Access From(Settings settings)
    {
        var (user, password) = (settings["EUREKA_USER"], settings["EUREKA_PASSWORD"]);
        if (user is null != password is null) throw new SettingsException("EUREKA_USER and EUREKA_PASSWORD belong together: set both or none.");
        if (user?.Contains(':') == true) throw new SettingsException("EUREKA_USER has a colon, which HTTP's basic authentication can't carry.");
        if (settings.IsProduction && user is null && !settings.Has("JWT_SECRET"))
            throw new SettingsException("The registry would let any stranger register and take traffic: in production set JWT_SECRET (callers then show service tokens), EUREKA_USER and EUREKA_PASSWORD, or both.");
        return new Access(user is null ? null : $"{user}:{password}", user is null && !settings.IsProduction);
    }

    public async ValueTask<object?> CheckAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var http = call.HttpContext;
        if (HasPassword(http.Request.Headers.Authorization.ToString()) || (trustsInside && ClientAddress.IsInside(http)) || (await http.AuthenticateAsync(Policies.ServiceScheme)).Succeeded) return await next(call);
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"registry\", charset=\"UTF-8\""; // so that a browser asks for them
            return Task.CompletedTask;
        });
        return RegistryRefusals.MayNot.ToProblem();
    }

    private bool HasPassword(string header)
    {
        const string Scheme = "Basic ";
        if (credentials is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var given = new byte[header.Length];
        return Convert.TryFromBase64String(header[Scheme.Length..].Trim(), given, out var length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given.AsSpan(0, length)), credentials);
    }
}
