using System.Collections;
using System.Diagnostics;
using System.Runtime.InteropServices;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Observability;

namespace EstoSpaces.Host.Verbs;

/// <summary><c>up</c> runs every module in this process, <c>serve a,b</c> the named ones, until SIGINT or SIGTERM.</summary>
internal static class RunVerb
{
    public static async Task<int> UpAsync(string[] arguments)
    {
        var sample = arguments.Contains("--sample");
        if (arguments.FirstOrDefault(a => a is not "--sample") is { } unknown) return Usage.Print(2, $"up does not know {unknown}");
        var settings = Environment();
        var modules = Modules.InStartOrder([.. Modules.All().Where(m => !settings.IsProduction || !m.Facts.DevelopmentOnly)]);
        return await RunAsync(settings, modules, async (product, ct) =>
        {
            if (sample && !settings.IsProduction) await SeedVerb.OnceAsync(product, ct);
            Banner.Print(product, sample && !settings.IsProduction);
        });
    }

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

    private static async Task<int> RunAsync(Settings settings, IReadOnlyList<IModule> modules, Func<Product, CancellationToken, Task> started)
    {
        using var stop = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
            asked.TrySetResult();
        }
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var loggers = Loggers.Create(settings);
        using var tracing = Tracing.Start(settings, modules.Count == 1 ? modules[0].Facts.Service : "estospaces");
        try
        {
            await using var product = await Product.StartAsync(settings, modules, loggers, stop.Token);
            var ready = DateTimeOffset.UtcNow - Process.GetCurrentProcess().StartTime.ToUniversalTime();
            Console.WriteLine($"{modules.Count} modules answer, {ready.TotalSeconds:F1} s after the start of the process");
            await started(product, stop.Token);
            await asked.Task;
            Console.WriteLine("Stopping…");
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return 0; }
    }
}
