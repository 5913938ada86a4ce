using EstoSpaces.Host.Embedded;
using EstoSpaces.Host.Split;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.System.Tests;

/// <summary>Every module in a process of its own, with PostgreSQL (PostGIS where installed), NATS and Redis between them, and an Ethereum node that is none of them.</summary>
public sealed class ManyProcesses : RunningProduct
{
    private EmbeddedChain? chain;

    private ManyProcesses() { }

    public SplitProduct Split { get; private set; } = null!;

    /// <summary>The node, for what wallets do past the product.</summary>
    public Uri Node { get; private set; } = null!;

    public static async Task<ManyProcesses> StartAsync()
    {
        var product = new ManyProcesses();
        var port = LoopbackPorts.AnyLasting();
        var program = EmbeddedChain.Find(null).ShouldNotBeNull("anvil, from npm");
        product.chain = EmbeddedChain.Start(program, Path.Combine(product.Folder, "node"), port, NullLogger.Instance, CancellationToken.None);
        product.Node = new Uri(EmbeddedChain.UrlAt(port));
        product.Split = await SplitProduct.StartAsync(product.Settings.With(("ETH_RPC_URL", product.Node.ToString()), ("ETH_CHAIN_ID", "31337"), ("ETH_CONFIRMATIONS", "3")), (from, line) => product.Keep($"{from}: {line}"), CancellationToken.None);
        return product;
    }

    /// <summary>Waits until every module is ready again.</summary>
    public async Task ReadyAsync()
    {
        foreach (var module in Host.Modules.All()) await Split.ReadyAsync(module.Facts.Name, CancellationToken.None);
    }

    /// <summary>One more process of a module, at a port of its own, once it is ready and the registry knows it.</summary>
    public async Task<ServerProcess> StartInstanceAsync(string module)
    {
        var port = LoopbackPorts.AnyLasting();
        var process = await Split.StartInstanceAsync(module, port, CancellationToken.None);
        using var client = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}"), Timeout = TimeSpan.FromSeconds(5) };
        await Until.HoldsAsync(async () =>
        {
            process.HasExited.ShouldBeFalse(Output);
            try { return (await client.GetAsync("/ready")).IsSuccessStatusCode; }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { return false; }
        }, $"another {module} is ready", 90);
        using var registry = ClientOf("registry");
        await Until.HoldsAsync(async () => (await registry.GetStringAsync("/eureka/apps")).Contains($":{port}/", StringComparison.Ordinal), $"the registry knows {module} at {port}", 60);
        return process;
    }

    public override async ValueTask DisposeAsync()
    {
        await Split.DisposeAsync();
        if (chain is not null) await chain.DisposeAsync();
        RemoveFolder();
    }
}

/// <summary>One split product for all tests that use it: its dozen processes take a while to start.</summary>
public sealed class WithManyProcesses : IAsyncLifetime
{
    public ManyProcesses Product { get; private set; } = null!;
    public async Task InitializeAsync() => Product = await ManyProcesses.StartAsync();
    public async Task DisposeAsync() => await Product.DisposeAsync();
}

[CollectionDefinition("many processes")]
public sealed class ManyProcessesCollection : ICollectionFixture<WithManyProcesses>;

public sealed class WithOneProcess : IAsyncLifetime
{
    public OneProcess Product { get; private set; } = null!;
    public async Task InitializeAsync() => Product = await OneProcess.StartAsync();
    public async Task DisposeAsync() => await Product.DisposeAsync();
}
