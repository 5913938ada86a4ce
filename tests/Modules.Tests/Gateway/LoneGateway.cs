using System.Net;
using System.Net.Sockets;
using EstoSpaces.Gateway;
using EstoSpaces.Host;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Redis;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Modules.Tests.Gateway;

/// <summary>A directory whose entries a test changes.</summary>
internal sealed class MovingDirectory : IDirectory
{
    private readonly Dictionary<string, IReadOnlyList<Instance>> instances = [];

    public event Action? Changed;

    /// <summary>What there is to find for those who look again.</summary>
    public Action? WhenLookedAtAgain { get; set; }

    public Task LookAgainAsync(CancellationToken ct)
    {
        WhenLookedAtAgain?.Invoke();
        return Task.CompletedTask;
    }

    public IReadOnlyList<Instance> InstancesOf(string module)
    {
        lock (instances) return instances.TryGetValue(module, out var known) ? known : [];
    }

    public void Set(string module, params Uri[] addresses)
    {
        lock (instances) instances[module] = [.. addresses.Select(a => new Instance(a.Authority, a))];
        Changed?.Invoke();
    }
}

/// <summary>A module by itself, as in a process of its own: its own way out, its own Redis connection, its own knowledge of ended sessions.</summary>
internal sealed class LoneModule : IAsyncDisposable
{
    private readonly ModuleApp app;
    private readonly ModuleContext context;
    private bool stopped;

    private LoneModule(ModuleApp app, ModuleContext context, Uri address) => (this.app, this.context, Address) = (app, context, address);

    public Uri Address { get; }
    public RevokedSessions Revoked => context.Revoked;
    public RedisDoor? Redis => context.Redis;

    /// <summary>Starts it among the modules that the facts name.</summary>
    public static async Task<LoneModule> StartAsync(IModule module, IDirectory directory, IReadOnlyList<ModuleFacts> product, params (string Name, string? Value)[] settings)
    {
        var address = FreeAddress();
        var chosen = new Settings(new Dictionary<string, string>()).With([("ENVIRONMENT", "test"), ("RATE_LIMIT_PER_MINUTE", "1000000"), ("LOG_LEVEL", Environment.GetEnvironmentVariable("TEST_LOG_LEVEL") ?? "error"), .. settings]);
        var loggers = Loggers.Create(chosen);
        var redis = chosen["REDIS_URL"] is { } url ? new RedisDoor(RedisAddress.Parse(url), loggers) : null;
        var context = new ModuleContext
        {
            Facts = module.Facts, Settings = chosen, Addresses = product.ToDictionary(f => f.Name, f => directory.InstancesOf(f.Name).FirstOrDefault()?.Address ?? new Uri("http://localhost:1")),
            Directory = directory, Product = product, ListenUrl = address.ToString(), Bus = new InProcessBus(), Clock = new ProductClock(), ServiceKey = new byte[32], DataDirectory = "", Loggers = loggers,
            Revoked = new RevokedSessions(redis), Redis = redis, Draining = new Draining(),
        };
        return await StartAsync(module, context, address);
    }

    /// <summary>Starts one more of a module that a product has, beside it.</summary>
    public static async Task<LoneModule> StartBesideAsync(IModule module, ModuleContext product, string? redisUrl)
    {
        var address = FreeAddress();
        var redis = redisUrl is null ? null : new RedisDoor(RedisAddress.Parse(redisUrl), product.Loggers);
        return await StartAsync(module, product with { ListenUrl = address.ToString(), Revoked = new RevokedSessions(redis), Redis = redis, Draining = new Draining() }, address);
    }

    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(20) };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    public void BeginToDrain() => context.Draining.Begin();

    public async Task StopAsync()
    {
        if (stopped) return;
        stopped = true;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await app.StopAsync(deadline.Token);
        await app.DisposeAsync();
        await context.Revoked.DisposeAsync();
        if (context.Redis is not null) await context.Redis.DisposeAsync();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    public static Uri FreeAddress() => new($"http://localhost:{LoopbackPorts.AnyLasting()}");

    private static async Task<LoneModule> StartAsync(IModule module, ModuleContext context, Uri address)
    {
        var app = ModuleApp.Build(module, context);
        await app.StartAsync(CancellationToken.None);
        context.Revoked.Follow();
        return new LoneModule(app, context, address);
    }
}

/// <summary>A gateway before instances of <see cref="ThingsModule"/>.</summary>
internal sealed class GatewayWithThings : IAsyncDisposable
{
    private readonly List<LoneModule> things = [];
    private LoneModule gateway = null!;

    public MovingDirectory Directory { get; } = new();
    public HttpClient Api { get; private set; } = null!;
    public LoneModule Gateway => gateway;

    public static async Task<GatewayWithThings> StartAsync(params (string Name, string? Value)[] settings)
    {
        var started = new GatewayWithThings();
        started.gateway = await LoneModule.StartAsync(new GatewayModule(), started.Directory, [new GatewayModule().Facts, ThingsModule.TheFacts], [("GATEWAY_PROBE_EVERY", "0.2s"), .. settings]);
        started.Api = started.gateway.Client();
        return started;
    }

    /// <summary>One more instance; the directory is told by the test.</summary>
    public async Task<(ThingsModule Module, LoneModule App)> AddAsync()
    {
        var module = new ThingsModule();
        var app = await LoneModule.StartAsync(module, Directory, [ThingsModule.TheFacts]);
        things.Add(app);
        return (module, app);
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await gateway.DisposeAsync();
        foreach (var app in things) await app.DisposeAsync();
    }
}
