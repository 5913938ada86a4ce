using EstoSpaces.Host;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Testing;

/// <summary>The whole product in this process, on free ports and a Postgres of its own: real HTTP, real SQL, the sandbox as the vendors.</summary>
public sealed class TestProduct : IDoors, IAsyncDisposable
{
    private static readonly Lazy<Task<TestProduct>> SharedProduct = new(() => StartAsync());
    private readonly string folder;

    private TestProduct(Product product, string folder)
    {
        (Product, this.folder) = (product, folder);
        Api = ClientOf("gateway");
    }

    public Product Product { get; }

    /// <summary>A stranger's client at the gateway.</summary>
    public HttpClient Api { get; }

    /// <summary>Where its data lies.</summary>
    public string Folder => folder;

    public ProductClock Clock => Product.Topology.Clock;
    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>The product that most tests share. Its clock is never moved; make people and listings of your own.</summary>
    public static Task<TestProduct> SharedAsync() => SharedProduct.Value;

    public static async Task<TestProduct> StartAsync(params (string Name, string? Value)[] settings)
    {
        var folder = Path.Combine(Path.GetTempPath(), "estospaces-tests", Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(folder);
        var modules = Modules.InStartOrder(Modules.All());
        var chosen = new Settings(new Dictionary<string, string>()).With([
            ("ENVIRONMENT", "test"), ("LOG_LEVEL", Environment.GetEnvironmentVariable("TEST_LOG_LEVEL") ?? "error"), ("DATA_DIR", folder), ("RATE_LIMIT_PER_MINUTE", "1000000"),
            .. modules.Select(m => (m.Facts.VariablePrefix + "_PORT", (string?)LoopbackPorts.AnyLasting().ToString())), .. settings]);
        var product = await Product.StartAsync(chosen, modules, Loggers.Create(chosen), CancellationToken.None);
        var test = new TestProduct(product, folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => test.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(20));
        return test;
    }

    /// <summary>A stranger's client at one module, past the gateway.</summary>
    public HttpClient ClientOf(string module) => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Product.AddressOf(module), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>A service of a module's container, to look at what no endpoint shows.</summary>
    public T Inside<T>(string module) where T : notnull => Product.Apps.Single(a => a.Facts.Name == module).Web.Services.GetRequiredService<T>();

    /// <summary>A client that calls a module as another service does.</summary>
    public HttpClient ServiceClientOf(string module)
    {
        var client = ClientOf(module);
        client.DefaultRequestHeaders.Authorization = new("Bearer", Product.Apps[0].Web.Services.GetRequiredService<Kernel.Identity.ServiceTokens>().For(module));
        return client;
    }

    public IEventBus Bus => Product.Topology.Bus;

    public async ValueTask DisposeAsync()
    {
        await Product.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, true);
    }
}
