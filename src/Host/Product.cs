using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Host;

/// <summary>Modules running in this process: built and migrated side by side, each started when those that it asks have started, stopped in the reverse order.</summary>
public sealed class Product : IAsyncDisposable
{
    private readonly Topology topology;
    private readonly List<ModuleApp> apps = [];
    private bool started;
    private bool stopped;

    private Product(Topology topology) => this.topology = topology;

    public Topology Topology => topology;
    public IReadOnlyList<ModuleApp> Apps => apps;
    public Uri AddressOf(string module) => topology.Addresses[module];

    /// <summary>Starts the modules. Throws <see cref="SettingsException"/> for what configuration can mend; whatever had started is stopped again.</summary>
    public static async Task<Product> StartAsync(Settings settings, IReadOnlyList<IModule> modules, ILoggerFactory loggers, CancellationToken ct)
    {
        // The bus within a process joins the modules in it: on it, the facts of some would be published to nobody and forgotten.
        if (!settings.Has("NATS_URL") && modules.Any(m => m.Facts.Db is not null) && Modules.All().FirstOrDefault(m => m.Facts.Db is not null && !m.Facts.DevelopmentOnly && modules.All(r => r.Facts.Name != m.Facts.Name)) is { } missing)
            throw new SettingsException($"{missing.Facts.Name} would run elsewhere, and NATS_URL is not set: without NATS no event bus joins the processes. Set it, or run all modules in one process with `up`.");
        var product = new Product(Topology.Choose(settings, modules, Modules.All(), loggers, ct));
        try
        {
            if (!settings.IsProduction && modules.All(m => m.Facts.Name != "sandbox") && product.topology.Addresses.TryGetValue("sandbox", out var sandbox)) await ClockElsewhere.FollowAsync(product.topology.Clock, sandbox, ct);
            product.topology.StartChain(modules);
            await product.PrepareAsync(modules, ct);
            foreach (var app in product.apps) app.Subscribe();
            await product.topology.FollowDirectoryAsync(ct);
            product.topology.FollowRevocations(modules);
            await product.StartInOrderAsync(ct);
            await product.topology.Bus.StartAsync(ct);
            product.started = true;
            product.topology.Started.SetResult();
            return product;
        }
        catch (Exception)
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>Is named nowhere any more but still answers, for DRAIN_SECONDS; then stops hearing facts and taking requests, finishes what runs, stops the embedded parts.</summary>
    public async ValueTask DisposeAsync()
    {
        if (stopped) return;
        stopped = true;
        topology.Draining.Begin();
        if (started && topology.Settings.Has("DRAIN_SECONDS")) await Task.Delay(TimeSpan.FromSeconds(topology.Settings.Int("DRAIN_SECONDS")));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(25));
        await topology.Bus.StopAsync(deadline.Token);
        foreach (var app in Enumerable.Reverse(apps)) await app.StopAsync(deadline.Token);
        foreach (var app in Enumerable.Reverse(apps)) await app.DisposeAsync();
        await topology.DisposeAsync();
    }

    /// <summary>Builds the applications, on as many cores as there are, while the database starts; each module's schema is looked after as soon as both are there.</summary>
    private async Task PrepareAsync(IReadOnlyList<IModule> modules, CancellationToken ct)
    {
        var built = new ModuleApp?[modules.Count];
        try
        {
            await Task.WhenAll(modules.Select((module, place) => Task.Run(async () =>
            {
                var app = built[place] = ModuleApp.Build(module, topology.ContextOf(module.Facts));
                await topology.Databases;
                await app.MigrateAsync(ct);
            }, ct)));
        }
        finally
        {
            apps.AddRange(built.OfType<ModuleApp>());
        }
    }

    /// <summary>Those that are asked come before those that ask in the list; who asks nobody in common starts side by side.</summary>
    private async Task StartInOrderAsync(CancellationToken ct)
    {
        var starts = new Dictionary<string, Task>();
        foreach (var app in apps)
        {
            var asked = app.Facts.Calls.Select(c => starts.GetValueOrDefault(c.Module)).OfType<Task>().ToList();
            starts[app.Facts.Name] = Task.Run(() => StartAsync(app, asked, ct), ct);
        }
        await Task.WhenAll(starts.Values);
    }

    private static async Task StartAsync(ModuleApp app, IReadOnlyList<Task> asked, CancellationToken ct)
    {
        await Task.WhenAll(asked);
        try { await app.StartAsync(ct); }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new SettingsException($"{app.Facts.Service} can't listen: {e.Message} Set {app.Facts.VariablePrefix}_PORT or PORT_OFFSET to use another port.");
        }
    }
}
