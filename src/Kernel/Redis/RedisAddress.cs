using System.Globalization;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Kernel.Redis;

/// <summary>What REDIS_URL says: <c>redis://[:password@]host[:port][/database]</c>, or <c>rediss://</c> for TLS.</summary>
public sealed record RedisAddress(string Host, int Port, bool Tls, string? Password, int Database)
{
    private const int DefaultPort = 6379;

    /// <summary>Throws <see cref="SettingsException"/> for what can't be used.</summary>
    public static RedisAddress Parse(string url) => Check(url) is { } wrong ? throw new SettingsException($"REDIS_URL: {wrong}") : Read(url);

    /// <summary>What is wrong with an address, or null. The text never holds the password.</summary>
    public static string? Check(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host.Length == 0) return "write redis://host:port or rediss://host:port";
        // The client speaks the AUTH of one argument: the default user's. A named user would be refused by the server at every connection.
        if (uri.UserInfo.Split(':') is [{ Length: > 0 } user, ..] && user != "default" && uri.UserInfo.Contains(':')) return "only the default user can be used: write redis://:password@host";
        if (uri.AbsolutePath is not ("" or "/") && !int.TryParse(uri.AbsolutePath[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _)) return "the path is the number of a database, e.g. /0";
        return null;
    }

    private static RedisAddress Read(string url)
    {
        var uri = new Uri(url);
        var password = Uri.UnescapeDataString(uri.UserInfo[(uri.UserInfo.IndexOf(':') + 1)..]);
        return new RedisAddress(uri.Host, uri.Port > 0 ? uri.Port : DefaultPort, uri.Scheme == "rediss", password.Length > 0 ? password : null,
            uri.AbsolutePath.Length > 1 ? int.Parse(uri.AbsolutePath[1..], CultureInfo.InvariantCulture) : 0);
    }
}
