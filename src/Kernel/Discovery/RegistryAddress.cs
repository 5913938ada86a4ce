using System.Net.Http.Headers;
using System.Text;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;

namespace EstoSpaces.Kernel.Discovery;

/// <summary>Where a registry answers (ending in /eureka/ or what else was configured) and the user and password it wants, if any.</summary>
public sealed record RegistryAddress(Uri Root, string? Credentials)
{
    /// <summary>The module's name of the registry: the audience of service tokens for it.</summary>
    public const string Module = "registry";

    /// <summary>
    /// Reads addresses with commas between: http://host:8761 and http://host:8761/eureka mean the same. User and password may stand in the address; else those given are used.
    /// Throws <see cref="SettingsException"/> for what is not an address.
    /// </summary>
    public static IReadOnlyList<RegistryAddress> ParseAll(string setting, string value, string? user, string? password)
    {
        var given = user is not null && password is not null ? $"{user}:{password}" : null;
        return [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part =>
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Query.Length > 0)
                throw new SettingsException($"{setting} is not an address like http://host:8761/eureka (several: with commas between).");
            var path = uri.AbsolutePath.Trim('/') is { Length: > 0 } own ? own : "eureka";
            return new RegistryAddress(new Uri($"{uri.Scheme}://{uri.Authority}/{path}/"), uri.UserInfo.Length > 0 ? Uri.UnescapeDataString(uri.UserInfo) : given);
        })];
    }

    /// <summary>Signs a call: with user and password where there are some, else with a service token.</summary>
    public void Authorize(HttpRequestMessage request, ServiceTokens tokens) =>
        request.Headers.Authorization = Credentials is null
            ? new AuthenticationHeaderValue("Bearer", tokens.For(Module))
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials)));
}
