using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Registry;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace EstoSpaces.Modules.Tests.Registry;

/// <summary>A registry alone, with time of its own, and short words for what is asked of it.</summary>
internal sealed class OwnRegistry : IAsyncDisposable
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes("a key that services share in tests");
    private readonly ModuleApp app;

    private OwnRegistry(ModuleApp app, MovableTime time, int port)
    {
        (this.app, Time, Port) = (app, time, port);
        Http = Client();
    }

    public MovableTime Time { get; }
    public int Port { get; }
    public Uri Address => new($"http://127.0.0.1:{Port}");
    public HttpClient Http { get; }
    public static ServiceTokens Tokens { get; } = new(Key, "registry-tests");

    public static async Task<OwnRegistry> StartAsync(MovableTime? time = null, int port = 0, params (string Name, string? Value)[] settings)
    {
        time ??= new MovableTime();
        if (port == 0) port = FreePort();
        var module = new RegistryModule(time);
        var context = ContextFor(module.Facts, new Settings(new Dictionary<string, string>()).With([("ENVIRONMENT", "test"), .. settings]), $"http://127.0.0.1:{port}");
        var app = ModuleApp.Build(module, context);
        await app.StartAsync(CancellationToken.None);
        return new OwnRegistry(app, time, port);
    }

    public static ModuleContext ContextFor(ModuleFacts facts, Settings settings, string listenUrl, IDirectory? directory = null, RegistryClient? registry = null) => new()
    {
        Facts = facts, Settings = settings, Addresses = new Dictionary<string, Uri>(), Directory = directory ?? new FixedDirectory(new Dictionary<string, Uri>()), Registry = registry, Product = [facts],
        ListenUrl = listenUrl, Bus = new InProcessBus(), Clock = new ProductClock(), Revoked = new RevokedSessions(null), Draining = new Draining(), ServiceKey = Key, DataDirectory = Path.GetTempPath(), Loggers = NullLoggerFactory.Instance,
    };

    public static int FreePort() => LoopbackPorts.AnyLasting();

    public HttpClient Client() => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };

    public RegistryClient RegistryClient() => new(RegistryAddress.ParseAll("EUREKA_URL", Address.ToString(), null, null), Tokens);

    public Task<HttpResponseMessage> RegisterAsync(string app, string id, int port = 8080, string more = "") =>
        Http.PostAsync($"/eureka/apps/{app}", $$$"""{"instance":{"instanceId":"{{{id}}}","app":"{{{app}}}","hostName":"127.0.0.1","ipAddr":"127.0.0.1","vipAddress":"{{{app.ToLowerInvariant()}}}","port":{"$":{{{port}}},"@enabled":"true"}{{{more}}} }}""");

    public Task<HttpResponseMessage> RenewAsync(string app, string id, string query = "") => Http.PutAsync($"/eureka/apps/{app}/{id}{query}", null);

    /// <summary>Renews everybody but those named, every half minute, while time passes.</summary>
    public async Task LiveAsync(TimeSpan time, IEnumerable<(string App, string Id)> everybody)
    {
        for (var gone = TimeSpan.Zero; gone < time; gone += TimeSpan.FromSeconds(30))
        {
            // A renewal comes a moment before the half minute is over, as clients take care that it does.
            Time.Move(TimeSpan.FromSeconds(29));
            foreach (var (app, id) in everybody) await RenewAsync(app, id).ShouldBeAsync(200);
            Time.Move(TimeSpan.FromSeconds(1));
        }
    }

    public async Task<JsonElement> JsonAsync(string path) => await SendAsync(path, "application/json").ReadAsync();

    public async Task<XElement> XmlAsync(string path)
    {
        using var response = await SendAsync(path, "application/xml");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return XElement.Parse(await response.Content.ReadAsStringAsync());
    }

    public async Task<Fetched> FetchedAsync(string path)
    {
        using var response = await SendAsync(path, "application/json");
        return Fetched.Parse(await response.Content.ReadAsByteArrayAsync());
    }

    public async Task<string> HashAsync() => (await FetchedAsync("/eureka/apps")).Hash;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }

    private Task<HttpResponseMessage> SendAsync(string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept);
        return Http.SendAsync(request);
    }
}
