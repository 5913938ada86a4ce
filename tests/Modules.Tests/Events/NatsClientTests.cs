using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EstoSpaces.Kernel.Events.Nats;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Events;

/// <summary>Our client against real servers that ask who we are, and against one that means harm.</summary>
public sealed class NatsClientTests
{
    [Fact]
    public async Task A_user_and_password_in_the_address_or_the_settings_are_taken_and_wrong_ones_named()
    {
        await using var server = await NatsServerProcess.StartAsync("authorization { user: bookings, password: \"p@ss word\" }");
        await ConnectsAsync(new NatsOptions { Servers = [NatsServer.Parse($"nats://bookings:p%40ss%20word@{server.Address}")] });
        await ConnectsAsync(new NatsOptions { Servers = [NatsServer.Parse(server.Url)], User = "bookings", Password = "p@ss word" });
        var trouble = await FailsAsync(new NatsOptions { Servers = [NatsServer.Parse($"nats://bookings:wrong@{server.Address}")] });
        trouble.ShouldContain("Authorization Violation");
        trouble.ShouldContain("NATS_PASSWORD");
        trouble.ShouldNotContain("wrong");
    }

    [Fact]
    public async Task A_token_is_taken()
    {
        await using var server = await NatsServerProcess.StartAsync("authorization { token: \"s3cret\" }");
        await ConnectsAsync(new NatsOptions { Servers = [NatsServer.Parse($"nats://s3cret@{server.Address}")] });
        await ConnectsAsync(new NatsOptions { Servers = [NatsServer.Parse(server.Url)], Token = "s3cret" });
        (await FailsAsync(server.Options)).ShouldContain("NATS_TOKEN");
    }

    [Fact]
    public async Task Tls_is_used_when_either_side_wants_it_and_only_with_a_certificate_that_we_trust()
    {
        var folder = Directory.CreateTempSubdirectory("estospaces-tls").FullName;
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
        await File.WriteAllTextAsync(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        await using var server = await NatsServerProcess.StartAsync($"tls {{ cert_file: \"{folder}/cert.pem\", key_file: \"{folder}/key.pem\" }}");
        var settings = new Settings(new Dictionary<string, string> { ["NATS_URL"] = $"tls://{server.Address}", ["NATS_CA_FILE"] = Path.Combine(folder, "cert.pem") });
        await ConnectsAsync(NatsOptions.From(settings, "tests"));
        await ConnectsAsync(NatsOptions.From(settings.With(("NATS_URL", server.Url)), "tests"));
        (await FailsAsync(server.Options)).ShouldContain("NATS_CA_FILE");
        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task An_address_that_asks_for_tls_is_never_answered_in_clear()
    {
        await using var server = await NatsServerProcess.StartAsync();
        (await FailsAsync(new NatsOptions { Servers = [NatsServer.Parse($"tls://u:p@{server.Address}")] })).ShouldContain("offers no TLS");
    }

    [Fact]
    public async Task Another_server_of_the_list_is_tried_when_one_is_away()
    {
        await using var away = await NatsServerProcess.StartAsync(started: false);
        await using var there = await NatsServerProcess.StartAsync();
        await ConnectsAsync(new NatsOptions { Servers = [NatsServer.Parse(away.Url), NatsServer.Parse(there.Url)] });
    }

    [Fact]
    public async Task What_was_asked_fails_at_once_when_nobody_listens_or_the_server_dies()
    {
        await using var server = await NatsServerProcess.StartAsync();
        await using var client = new NatsClient(server.Options, NullLogger.Instance);
        client.Start();
        var link = await client.LinkAsync(CancellationToken.None);
        await Should.ThrowAsync<NatsNoRespondersException>(() => link.RequestAsync("nobody.here", default, TimeSpan.FromSeconds(10)));
        using var silent = link.Subscribe("silent", 10);
        var waiting = link.RequestAsync("silent", default, TimeSpan.FromSeconds(30));
        await silent.Messages.WaitToReadAsync();
        await server.KillAsync();
        await Should.ThrowAsync<NatsDisconnectedException>(() => waiting).WaitAsync(TimeSpan.FromSeconds(5));
        await server.UpAsync();
        (await client.LinkAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10))).ShouldNotBe(link);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n", "does not greet")]
    [InlineData("INFO {not json}\r\n", "INFO")]
    [InlineData("INFO []\r\n", "INFO")]
    public async Task A_greeting_that_is_none_is_refused(string greeting, string trouble)
    {
        await using var server = new HostileServer(greeting, "");
        await using var client = new NatsClient(server.Options, NullLogger.Instance);
        client.Start();
        await Until.HoldsAsync(() => Task.FromResult(server.Connections), n => n >= 3, "it tries again");
        client.Trouble.ShouldContain(trouble);
        client.Link.ShouldBeNull();
    }

    [Theory]
    [InlineData("MSG a 1 99999999999\r\n")]
    [InlineData("MSG a 1 -5\r\n")]
    [InlineData("MSG a\r\n")]
    [InlineData("MSG a b c d e f g\r\n")]
    [InlineData("HMSG a 1 20 5\r\nhello\r\n")]
    [InlineData("MSG a 1 5\r\nhelloworld\r\n")]
    [InlineData("INFO {{{\r\n")]
    [InlineData("SELL everything\r\n")]
    public async Task A_line_that_is_malformed_ends_the_connection_and_another_is_made(string line)
    {
        await using var server = new HostileServer("INFO {\"max_payload\":1048576}\r\n", line);
        await using var client = new NatsClient(server.Options, NullLogger.Instance);
        client.Start();
        await Until.HoldsAsync(() => Task.FromResult(server.Connections), n => n >= 3, "it connects again");
    }

    [Fact]
    public async Task A_line_without_an_end_does_not_fill_memory()
    {
        await using var server = new HostileServer("INFO {}\r\n", "MSG " + new string('a', 1 << 20));
        await using var client = new NatsClient(server.Options, NullLogger.Instance);
        client.Start();
        await Until.HoldsAsync(() => Task.FromResult(server.Connections), n => n >= 3, "it connects again");
        client.Trouble.ShouldNotBe("not connected yet");
    }

    [Fact]
    public void Addresses_are_read_and_nonsense_is_refused_without_telling_secrets()
    {
        NatsServer.Parse("nats://a:b@h:1").ShouldBe(new NatsServer("h", 1, false, "a", "b"));
        NatsServer.Parse("tls://tok@h").ShouldBe(new NatsServer("h", 4222, true, Token: "tok"));
        NatsServer.Parse("[::1]:99").ShouldBe(new NatsServer("::1", 99));
        Should.Throw<SettingsException>(() => NatsServer.Parse("http://u:secret@h")).Message.ShouldNotContain("secret");
    }

    private static async Task ConnectsAsync(NatsOptions options)
    {
        await using var client = new NatsClient(options, NullLogger.Instance);
        client.Start();
        var link = await client.LinkAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        await link.FlushAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static async Task<string> FailsAsync(NatsOptions options)
    {
        await using var client = new NatsClient(options, NullLogger.Instance);
        client.Start();
        await Until.HoldsAsync(() => Task.FromResult(client.Trouble), trouble => trouble != "not connected yet", "it says what is wrong");
        client.Link.ShouldBeNull();
        return client.Trouble;
    }

    /// <summary>Greets, waits for our CONNECT and PING, answers PONG, says its line, and holds the connection open.</summary>
    private sealed class HostileServer : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Task serving;
        private int connections;

        public HostileServer(string greeting, string line)
        {
            listener.Start();
            serving = ServeAsync(greeting, line);
        }

        public int Connections => Volatile.Read(ref connections);
        public NatsOptions Options => new() { Servers = [new NatsServer("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port)], MaxBackOff = TimeSpan.FromMilliseconds(50) };

        public async ValueTask DisposeAsync()
        {
            listener.Stop();
            await serving;
        }

        private async Task ServeAsync(string greeting, string line)
        {
            var open = new List<TcpClient>();
            try
            {
                while (true)
                {
                    var client = await listener.AcceptTcpClientAsync();
                    open.Add(client);
                    Interlocked.Increment(ref connections);
                    _ = TalkAsync(client, greeting, line);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException) { open.ForEach(c => c.Dispose()); }
        }

        private static async Task TalkAsync(TcpClient client, string greeting, string line)
        {
            try
            {
                var stream = client.GetStream();
                await stream.WriteAsync(Encoding.ASCII.GetBytes(greeting));
                var heard = new byte[4096];
                var text = "";
                while (!text.Contains("PING"))
                {
                    var count = await stream.ReadAsync(heard);
                    if (count == 0) return;
                    text += Encoding.ASCII.GetString(heard, 0, count);
                }
                await stream.WriteAsync(Encoding.ASCII.GetBytes("PONG\r\n" + line));
            }
            catch (IOException) { } // the other side had enough
        }
    }
}
