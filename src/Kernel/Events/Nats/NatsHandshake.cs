using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EstoSpaces.Kernel.Observability;

namespace EstoSpaces.Kernel.Events.Nats;

/// <summary>The beginning of a connection: the server's INFO, TLS when either side wants it, our CONNECT, and the server's word that it takes us.</summary>
internal static class NatsHandshake
{
    /// <summary>A connection that is ready for use. Throws <see cref="NatsException"/>, <see cref="SocketException"/> or <see cref="OperationCanceledException"/>.</summary>
    public static async Task<(Stream Stream, NatsInfo Info)> DialAsync(NatsServer server, NatsOptions options, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, ct);
            stream = new NetworkStream(socket, ownsSocket: true);
            var first = await ReadLineAsync(stream, ct);
            if (!first.StartsWith("INFO ", StringComparison.Ordinal)) throw new NatsProtocolException($"{server} does not greet as a NATS server does");
            var info = NatsInfo.Parse(first[5..]);
            if (server.Tls && !info.TlsRequired && !info.TlsAvailable) throw new NatsException($"{server} offers no TLS, and the address asks for it");
            if (server.Tls || info.TlsRequired) stream = await SecureAsync(stream, server, options, ct);
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"CONNECT {Hello(server, options)}\r\nPING\r\n"), ct);
            while (true)
            {
                var line = await ReadLineAsync(stream, ct);
                if (line == "PONG") return (stream, info);
                if (line.StartsWith("-ERR", StringComparison.Ordinal)) throw new NatsException(Refused(server, line[4..].Trim(' ', '\'')));
                if (line.StartsWith("INFO ", StringComparison.Ordinal)) info = NatsInfo.Parse(line[5..]);
                else if (line is not ("+OK" or "PING")) throw new NatsProtocolException($"{server} says something unexpected before it takes us");
            }
        }
        catch (Exception)
        {
            if (stream is not null) await stream.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    private static string Refused(NatsServer server, string reason) =>
        reason.Contains("Authorization", StringComparison.OrdinalIgnoreCase) || reason.Contains("Authentication", StringComparison.OrdinalIgnoreCase)
            ? $"{server} refuses us: {reason}. Check the user and password or the token (NATS_URL, NATS_USER, NATS_PASSWORD, NATS_TOKEN)"
            : $"{server} refuses us: {reason}";

    private static async Task<Stream> SecureAsync(Stream plain, NatsServer server, NatsOptions options, CancellationToken ct)
    {
        var secure = new SslStream(plain, leaveInnerStreamOpen: false);
        var how = new SslClientAuthenticationOptions { TargetHost = server.Host };
        if (options.Authorities is { } authorities)
        {
            how.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            how.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        try { await secure.AuthenticateAsClientAsync(how, ct); }
        catch (AuthenticationException e) { throw new NatsException($"{server} does not prove who it is: {e.Message} (NATS_CA_FILE names the certificate to trust)", e); }
        return secure;
    }

    private static string Hello(NatsServer server, NatsOptions options)
    {
        var hello = new JsonObject
        {
            ["verbose"] = false, ["pedantic"] = false, ["headers"] = true, ["no_responders"] = true, ["protocol"] = 1, ["echo"] = true,
            ["lang"] = "csharp-estospaces", ["version"] = Operations.Version, ["name"] = options.Name,
        };
        // What the address of this server says goes before what is said for all.
        if ((server.Token ?? (server.User is null ? options.Token : null)) is { } token) hello["auth_token"] = token;
        if ((server.User ?? options.User) is { } user && server.Token is null) (hello["user"], hello["pass"]) = (user, server.User is null ? options.Password : server.Password);
        return hello.ToJsonString();
    }

    /// <summary>Byte by byte: what follows INFO may be TLS already, and belongs to somebody else.</summary>
    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken ct)
    {
        var line = new MemoryStream();
        var one = new byte[1];
        while (await stream.ReadAsync(one, ct) == 1)
        {
            if (one[0] == '\n') return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r');
            if (line.Length == NatsProtocol.MaxInfo) throw new NatsProtocolException($"a greeting of more than {NatsProtocol.MaxInfo} bytes");
            line.WriteByte(one[0]);
        }
        throw new NatsException("the server closed the connection before it took us");
    }
}

/// <summary>What a server tells of itself.</summary>
internal sealed record NatsInfo(string Version, long MaxPayload, bool TlsRequired, bool TlsAvailable, bool LameDuck, IReadOnlyList<string> Servers)
{
    /// <summary>Throws <see cref="NatsProtocolException"/> for what is not the JSON of an INFO.</summary>
    public static NatsInfo Parse(string json)
    {
        try
        {
            var info = JsonNode.Parse(json) as JsonObject ?? throw new NatsProtocolException("an INFO that is no object");
            return new NatsInfo((string?)info["version"] ?? "?", Math.Clamp((long?)info["max_payload"] ?? 1 << 20, 1, NatsProtocol.MaxMessage), (bool?)info["tls_required"] ?? false,
                (bool?)info["tls_available"] ?? false, (bool?)info["ldm"] ?? false, info["connect_urls"] is JsonArray urls ? [.. urls.Select(u => (string?)u).OfType<string>().Take(64)] : []);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException) { throw new NatsProtocolException("an INFO that can't be read"); }
    }
}
