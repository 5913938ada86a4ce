using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>One server of the cluster, as NATS_URL names it or another server tells of it.</summary>
public sealed record NatsServer(string Host, int Port, bool Tls = false, string? User = null, string? Password = null, string? Token = null)
{
    public override string ToString() => $"{(Tls ? "tls" : "nats")}://{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>Reads nats://user:password@host:port, tls://token@host or host:port. Throws <see cref="SettingsException"/> for what is none of these; the message names no secret.</summary>
    public static NatsServer Parse(string url)
    {
        var text = url.Contains("://", StringComparison.Ordinal) ? url : "nats://" + url;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("nats" or "tls") || uri.Host.Length == 0 || uri.AbsolutePath.Length > 1)
            throw new SettingsException("NATS_URL: write nats://host:port or tls://host:port, several with commas between them");
        var (user, password, token) = uri.UserInfo.Split(':', 2) switch
        {
            [""] => (null, null, null),
            [var alone] => ((string?)null, (string?)null, (string?)Uri.UnescapeDataString(alone)),
            var parts => (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1]), null),
        };
        return new NatsServer(uri.Host.Trim('[', ']'), uri.Port > 0 ? uri.Port : 4222, uri.Scheme == "tls", user, password, token);
    }
}

/// <summary>Where the servers are, who we are to them, and how patient we are.</summary>
public sealed record NatsOptions
{
    public required IReadOnlyList<NatsServer> Servers { get; init; }

    /// <summary>What the server's list of connections calls us.</summary>
    public string Name { get; init; } = "estospaces";

    public string? User { get; init; }
    public string? Password { get; init; }
    public string? Token { get; init; }

    /// <summary>Certificates that we trust instead of the system's, or null.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Copies of each stream in the cluster: 1, 3 or 5.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Largest size of one stream in bytes; the oldest facts give way. The outbox keeps them for longer.</summary>
    public long StreamBytes { get; init; } = 256L << 20;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// A stream that was there and is gone is made again only after so long. The server tells of a deletion before it has removed the files: what is made under the same name in between
    /// loses its own (seen with 2.9.10: the stream takes facts and its consumers are never given one).
    /// </summary>
    public TimeSpan DeletionTakes { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A connection on which two of these pass without a sign of life is given up.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause between attempts to connect.</summary>
    public TimeSpan MaxBackOff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Reads NATS_URL and its neighbours. Throws <see cref="SettingsException"/>.</summary>
    public static NatsOptions From(Settings settings, string name) => new()
    {
        Name = name,
        Servers = [.. settings.Required("NATS_URL").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(NatsServer.Parse)],
        User = settings["NATS_USER"], Password = settings["NATS_PASSWORD"], Token = settings["NATS_TOKEN"],
        Authorities = settings["NATS_CA_FILE"] is { } path ? Read(path) : null,
        Replicas = settings.Int("NATS_STREAM_REPLICAS"), StreamBytes = (long)settings.Int("NATS_STREAM_MB") << 20,
    };

    private static X509Certificate2Collection Read(string path)
    {
        var certificates = new X509Certificate2Collection();
        try { certificates.ImportFromPemFile(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException) { throw new SettingsException($"NATS_CA_FILE can't be read: {e.Message}"); }
        return certificates.Count > 0 ? certificates : throw new SettingsException($"NATS_CA_FILE: there is no certificate in {path}");
    }
}
