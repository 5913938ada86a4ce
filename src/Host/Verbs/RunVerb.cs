using System.Collections;
using System.Runtime.InteropServices;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Host.Split;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;

namespace EstoSpaces.Host.Verbs;

/// <summary><c>up</c> runs every module in this process, <c>serve a,b</c> the named ones, until SIGINT or SIGTERM.</summary>
internal static class RunVerb
{
    public static async Task<int> UpAsync(string[] arguments)
    {
        var sample = arguments.Contains("--sample");
        if (arguments.FirstOrDefault(a => a is not ("--sample" or "--split")) is { } unknown) return Usage.Print(2, $"up does not know {unknown}");
        var settings = Environment();
        if (arguments.Contains("--split")) return await SplitAsync(settings, sample && !settings.IsProduction);
        var modules = Modules.InStartOrder([.. Modules.All().Where(m => !settings.IsProduction || !m.Facts.DevelopmentOnly)]);
        return await RunAsync(settings, modules, async (product, ct) =>
        {
            if (sample && !settings.IsProduction) await SeedVerb.OnceAsync(product.Topology, ct);
            Banner.Print(product.Topology.Addresses, sample && !settings.IsProduction, chain: product.Topology.Settings.Int("ETH_CHAIN_ID") == 31337 && product.Topology.Settings.Has("ETH_RPC_URL"));
        });
    }

    /// <summary>Every module in a process of its own on this machine, with the servers between them.</summary>
    private static Task<int> SplitAsync(Settings settings, bool sample) => UntilStoppedAsync(async (stopped, ct) =>
    {
        var began = TimeProvider.System.GetTimestamp();
        Console.WriteLine("Starting PostgreSQL, NATS, Redis and a process for each module…");
        await using var product = await SplitProduct.StartAsync(settings, (from, line) => Console.WriteLine($"{from,-13} {line}"), ct);
        Console.WriteLine($"every module is ready in a process of its own, after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:F1} s");
        using var loggers = Loggers.Create(settings);
        await using var topology = await Topology.ChooseAsync(new Settings(product.Environment), [], Modules.All(), loggers, ct);
        if (sample) await SeedVerb.OnceAsync(topology, ct);
        Banner.Print(topology.Addresses, sample, chain: topology.Settings.Int("ETH_CHAIN_ID") == 31337 && EmbeddedChain.Find(null) is not null);
        await stopped;
    });

    public static Task<int> ServeAsync(string names, string[] arguments)
    {
        if (arguments.Length > 0) return Task.FromResult(Usage.Print(2, $"serve does not know {arguments[0]}"));
        var settings = Environment();
        settings = settings.With(("BIND_ADDRESS", settings["BIND_ADDRESS"] ?? "*"), ("DRAIN_SECONDS", settings["DRAIN_SECONDS"] ?? "5"));
        return RunAsync(settings, Modules.Named(names.Split(',')), (product, _) =>
        {
            Console.WriteLine($"serving {string.Join(", ", product.Apps.Select(a => $"{a.Facts.Service} at {product.AddressOf(a.Facts.Name)}"))}");
            return Task.CompletedTask;
        });
    }

    internal static Settings Environment() =>
        Settings.FromEnvironment(System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => KeyValuePair.Create((string)e.Key, (string?)e.Value ?? "")));

    private static Task<int> RunAsync(Settings settings, IReadOnlyList<IModule> modules, Func<Product, CancellationToken, Task> started) => UntilStoppedAsync(async (stopped, ct) =>
    {
        var begun = TimeProvider.System.GetTimestamp(); // not the process's own start: ./run builds first in the process that becomes this one
        using var loggers = Loggers.Create(settings);
        using var tracing = Tracing.Start(settings, modules.Count == 1 ? modules[0].Facts.Service : "estospaces");
        await using var product = await Product.StartAsync(settings, modules, loggers, ct);
        Console.WriteLine($"{modules.Count} modules answer after {TimeProvider.System.GetElapsedTime(begun).TotalSeconds:F1} s");
        await started(product, ct);
        await stopped;
    });

    /// <summary>Runs something until SIGINT or SIGTERM: the task ends then, and the token is cancelled for a start that is still going on.</summary>
    private static async Task<int> UntilStoppedAsync(Func<Task, CancellationToken, Task> run)
    {
        using var stop = new CancellationTokenSource();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (!asked.TrySetResult()) return;
            Console.WriteLine("Stopping…");
            stop.Cancel();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            await run(asked.Task, stop.Token);
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return 0; }
    }
}
