using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace EstoSpaces.System.Tests;

/// <summary>The product as people run it: the host's own program in a process of its own, which can be killed and started again on the same data.</summary>
public sealed class RunningProduct : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "estospaces.dll");
    private readonly Dictionary<string, string> environment;
    private readonly string folder;
    private readonly Settings settings;
    private readonly Queue<string> lastLines = new();
    private Process? process;

    private RunningProduct(string folder, Dictionary<string, string> environment)
    {
        (this.folder, this.environment) = (folder, environment);
        settings = new Settings(environment);
        Api = new HttpClient(new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromSeconds(30) }) { BaseAddress = AddressOf("gateway"), Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>A stranger's client at the gateway.</summary>
    public HttpClient Api { get; }

    /// <summary>The last lines that the process wrote, for a failing test's message.</summary>
    public string Output
    {
        get { lock (lastLines) return string.Join('\n', lastLines); }
    }

    public static async Task<RunningProduct> StartAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), "estospaces-system", Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(folder);
        var modules = Host.Modules.All();
        var environment = new Dictionary<string, string>
        {
            ["ENVIRONMENT"] = "test", ["DATA_DIR"] = folder, ["LOG_LEVEL"] = "warning", ["RATE_LIMIT_PER_MINUTE"] = "1000000", ["JWT_SECRET"] = Guid.NewGuid().ToString("n") + Guid.NewGuid().ToString("n"),
        };
        foreach (var (module, port) in modules.Zip(FreePorts(modules.Count))) environment[module.Facts.VariablePrefix + "_PORT"] = port.ToString();
        var product = new RunningProduct(folder, environment);
        await product.UpAsync();
        return product;
    }

    public Uri AddressOf(string module) => new($"http://localhost:{environment[Host.Modules.All().Single(m => m.Facts.Name == module).Facts.VariablePrefix + "_PORT"]}");

    /// <summary>Starts the process and waits until every module is ready.</summary>
    public async Task UpAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Program, "up"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        foreach (var module in Host.Modules.All())
        {
            using var client = new HttpClient { BaseAddress = AddressOf(module.Facts.Name), Timeout = TimeSpan.FromSeconds(5) };
            await Until.HoldsAsync(async () =>
            {
                process.HasExited.ShouldBeFalse($"the product ended by itself:\n{Output}");
                try { return (await client.GetAsync("/ready")).IsSuccessStatusCode; }
                catch (HttpRequestException) { return false; }
                catch (TaskCanceledException) { return false; }
            }, $"{module.Facts.Service} is ready", seconds: 90);
        }
    }

    /// <summary>As the kernel's out-of-memory killer would: no warning, no clean-up.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var term = Process.Start("kill", ["-TERM", process!.Id.ToString()])!;
        await term.WaitForExitAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    public HttpClient SignedIn(string accessToken) => WithBearer(Api.BaseAddress!, accessToken);

    /// <summary>A client that calls a module as another service does.</summary>
    public HttpClient ServiceClientOf(string module)
    {
        var key = global::System.Security.Cryptography.HKDF.DeriveKey(global::System.Security.Cryptography.HashAlgorithmName.SHA256, global::System.Text.Encoding.UTF8.GetBytes(environment["JWT_SECRET"]), 32, info: "estospaces service tokens"u8.ToArray());
        var context = new ModuleContext
        {
            Facts = new ModuleFacts("system-tests", "system-tests", 1), Settings = settings, Addresses = new Dictionary<string, Uri>(), Directory = new FixedDirectory(new Dictionary<string, Uri>()), Product = [], ListenUrl = "", Bus = new InProcessBus(), Clock = new ProductClock(),
            ServiceKey = key, DataDirectory = folder, Loggers = NullLoggerFactory.Instance,
        };
        return WithBearer(AddressOf(module), new ServiceTokens(context).For(module));
    }

    /// <summary>A published home in Lisbon, by the door of the sample data.</summary>
    public async Task<PropertyId> NewHomeAsync(UserId host, StayRules? rules = null)
    {
        var id = PropertyId.New();
        var listing = new SampleListing
        {
            Id = id, HostId = host, Title = "Garden flat with a lemon tree", Description = "Two quiet rooms and a garden, ten minutes from the river.", Type = PropertyType.Apartment, Bedrooms = 2, Beds = 3, Bathrooms = 1,
            Place = new PlaceView("Rua do Salitre 12", "1250-198", "Lisbon", "Lisboa", "PT", 38.7223, -9.1393, false), TimeZone = "Europe/Lisbon", Rules = rules ?? new StayRules { MaxGuests = 4, CancellationPolicy = CancellationPolicy.Flexible },
            Price = new PriceRules { Currency = "EUR", BaseNightMinor = 100_00, CleaningFeeMinor = 40_00, IncludedGuests = 4 }, Amenities = ["wifi", "kitchen"], Images = Array.Empty<MediaId>(), PublishedAt = DateTimeOffset.UtcNow,
        };
        using var inside = ServiceClientOf("properties");
        await inside.PostAsync("/internal/seed", new SampleBatch { Listings = [listing] }).ReadAsync<SampleOutcome>();
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false }) await StopAsync();
        process?.Dispose();
        if (Directory.Exists(folder)) Directory.Delete(folder, true);
    }

    private static HttpClient WithBearer(Uri address, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (lastLines)
        {
            lastLines.Enqueue(line);
            if (lastLines.Count > 60) lastLines.Dequeue();
        }
    }

    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.ConvertAll(l => ((IPEndPoint)l.LocalEndpoint).Port);
        listeners.ForEach(l => l.Stop());
        return ports;
    }
}
