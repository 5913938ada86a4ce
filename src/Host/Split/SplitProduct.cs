using System.Collections.Concurrent;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Split;

/// <summary>
/// The whole product on this machine with every module in a process of its own, joined by real servers: what a cluster runs, for development and tests.
/// A process that ends unasked is started again, a second later the first time, later each time it happens soon again.
/// </summary>
public sealed class SplitProduct : IAsyncDisposable
{
    private const string Registry = "registry";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);
    private readonly Settings settings;
    private readonly Action<string, string> hear;
    private readonly CancellationTokenSource stopping = new();
    private readonly IReadOnlyList<IModule> modules;
    private readonly ConcurrentDictionary<string, Running> running = new();
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(5) };
    private Dictionary<string, string> environment = [];

    private sealed record Running(ServerProcess Process, Task Watch);

    private SplitProduct(Settings settings, Action<string, string> hear)
    {
        (this.settings, this.hear) = (settings, hear);
        // The registry comes first, so that all others can say where they are.
        modules = [.. Modules.InStartOrder([.. Modules.All().Where(m => !settings.IsProduction || !m.Facts.DevelopmentOnly)]).OrderBy(m => m.Facts.Name != Registry)];
    }

    public DataServers Servers { get; private set; } = null!;

    /// <summary>What each module's process is told beside what it inherits from this one.</summary>
    public IReadOnlyDictionary<string, string> Environment => environment;

    public Uri AddressOf(string module) => new($"http://localhost:{PortOf(modules.Single(m => m.Facts.Name == module).Facts)}");

    /// <summary>The process that runs a module now.</summary>
    public ServerProcess ProcessOf(string module) => running[module].Process;

    /// <summary>Starts servers and modules and returns when every module is ready. <paramref name="hear"/> gets each line that they write, with the module's name.</summary>
    public static async Task<SplitProduct> StartAsync(Settings settings, Action<string, string> hear, CancellationToken ct)
    {
        var product = new SplitProduct(settings, hear);
        try
        {
            await product.StartAllAsync(ct);
            return product;
        }
        catch (Exception)
        {
            await product.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more process of a module, at a port of its own. Whoever asks for it stops it.</summary>
    public Task<ServerProcess> StartInstanceAsync(string module, int port, CancellationToken ct)
    {
        var own = new Dictionary<string, string>(environment) { [modules.Single(m => m.Facts.Name == module).Facts.VariablePrefix + "_PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        return ServerProcess.StartAsync(module, [.. Program, "serve", module], own, line => hear($"{module}:{port}", line), ct);
    }

    /// <summary>Ends a module's process by SIGTERM, as an upgrade does, and returns its exit code when its successor is ready.</summary>
    public async Task<int> ReplaceAsync(string module)
    {
        var process = ProcessOf(module);
        process.Send("TERM");
        var code = await process.ExitAsync(stopping.Token);
        await ReadyAsync(module, stopping.Token);
        return code;
    }

    /// <summary>Waits until a module says that it is ready. Throws <see cref="SettingsException"/> when it does not come to it.</summary>
    public async Task ReadyAsync(string module, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(StartPatience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var said = "nothing";
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(AddressOf(module), "/ready"), deadline.Token);
                if (answer.IsSuccessStatusCode) return;
                said = await answer.Content.ReadAsStringAsync(deadline.Token);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException) { said = e.Message; }
            try { await tick.WaitForNextTickAsync(deadline.Token); }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested) { throw new SettingsException($"{module} is not ready after {StartPatience.TotalSeconds} s. It says: {said}"); }
        }
    }

    /// <summary>All modules stop side by side: each still answers the others while it goes, as DRAIN_SECONDS says. Then the servers.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Task.WhenAll(running.Values.Select(async r =>
        {
            await r.Watch;
            await r.Process.StopAsync(TimeSpan.FromSeconds(40));
            r.Process.Dispose();
        }));
        if (Servers is not null) await Servers.DisposeAsync();
        http.Dispose();
        stopping.Dispose();
    }

    private async Task StartAllAsync(CancellationToken ct)
    {
        if (!settings.Has("JWT_SECRET") && settings.IsProduction) throw new SettingsException("JWT_SECRET is not set: give all services the same 32 characters or more.");
        var folder = Path.GetFullPath(settings.Required("DATA_DIR"));
        Servers = await DataServers.StartAsync(settings, [.. modules.Select(m => m.Facts.Database).OfType<string>().Distinct()], line => hear("servers", line), ct);
        environment = new Dictionary<string, string>(settings.Values)
        {
            ["BIND_ADDRESS"] = settings["BIND_ADDRESS"] ?? "localhost", ["DATA_DIR"] = folder, ["PORT"] = "", ["DB_NAME"] = "",
            ["JWT_SECRET"] = settings["JWT_SECRET"] ?? Topology.SecretIn(folder),
        };
        if (!settings.Has("EUREKA_URL")) environment["EUREKA_URL"] = new Uri(AddressOf(Registry), "/eureka").ToString();
        foreach (var (name, value) in Servers.Environment) environment[name] = value;
        // Two at a time: a process that starts keeps a core busy, and its neighbours' questions would only time out.
        foreach (var batch in modules.Chunk(Math.Max(2, System.Environment.ProcessorCount)))
            await Task.WhenAll(batch.Select(async module =>
            {
                await LaunchAsync(module, ct);
                await AnswersAsync(module, ct);
            }));
        await Task.WhenAll(modules.Select(m => ReadyAsync(m.Facts.Name, ct)));
    }

    private async Task AnswersAsync(IModule module, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(StartPatience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(AddressOf(module.Facts.Name), "/health"), deadline.Token);
                return;
            }
            catch (HttpRequestException) { await tick.WaitForNextTickAsync(deadline.Token); }
        }
    }

    private async Task LaunchAsync(IModule module, CancellationToken ct)
    {
        var name = module.Facts.Name;
        var process = await ServerProcess.StartAsync(name, [.. Program, "serve", name], environment, line => hear(name, line), ct);
        running[name] = new Running(process, WatchAsync(module, process));
    }

    /// <summary>Starts it again when it ends unasked.</summary>
    private async Task WatchAsync(IModule module, ServerProcess process)
    {
        for (var wait = TimeSpan.FromSeconds(1); !stopping.IsCancellationRequested; wait = wait < TimeSpan.FromSeconds(30) ? wait * 2 : wait)
        {
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                var code = await process.ExitAsync(stopping.Token);
                if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromMinutes(1)) wait = TimeSpan.FromSeconds(1);
                hear(module.Facts.Name, $"ended with {code}; it is started again in {wait.TotalSeconds:F0} s");
                await Task.Delay(wait, stopping.Token);
                process.Dispose();
                process = await ServerProcess.StartAsync(module.Facts.Name, [.. Program, "serve", module.Facts.Name], environment, line => hear(module.Facts.Name, line), stopping.Token);
                running[module.Facts.Name] = running[module.Facts.Name] with { Process = process };
            }
            catch (OperationCanceledException) { return; }
        }
    }

    private int PortOf(ModuleFacts facts) => settings[facts.VariablePrefix + "_PORT"] is { } own ? int.Parse(own, System.Globalization.CultureInfo.InvariantCulture) : facts.Port + settings.Int("PORT_OFFSET");

    /// <summary>This same program: by its own name where it was published with one, else by the runtime.</summary>
    private static string[] Program { get; } = [ServerProcess.Find("dotnet") ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "estospaces.dll")];
}
