using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace EstoSpaces.System.Tests;

/// <summary>The product as people run it: the host's own program, outside of the test's process, on free ports and data of its own.</summary>
public abstract class RunningProduct : IDoors, IAsyncDisposable
{
    private readonly Queue<string> lastLines = new();

    protected RunningProduct()
    {
        Folder = Path.Combine(Path.GetTempPath(), "estospaces-system", Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(Folder);
        var modules = Host.Modules.All();
        Environment = new Dictionary<string, string>
        {
            ["ENVIRONMENT"] = "test", ["DATA_DIR"] = Folder, ["LOG_LEVEL"] = "warning", ["RATE_LIMIT_PER_MINUTE"] = "1000000", ["JWT_SECRET"] = Guid.NewGuid().ToString("n") + Guid.NewGuid().ToString("n"),
        };
        // Ports that no outgoing connection takes while a killed process is away.
        var ports = new HashSet<int>();
        while (ports.Count < modules.Count) ports.Add(LoopbackPorts.AnyLasting());
        foreach (var (module, port) in modules.Zip(ports)) Environment[module.Facts.VariablePrefix + "_PORT"] = port.ToString();
        Settings = new Settings(Environment);
        Api = new HttpClient(new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromSeconds(30) }) { BaseAddress = AddressOf("gateway"), Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>A stranger's client at the gateway.</summary>
    public HttpClient Api { get; }

    /// <summary>The last lines that it wrote, for a failing test's message.</summary>
    public string Output
    {
        get { lock (lastLines) return string.Join('\n', lastLines); }
    }

    protected string Folder { get; }
    protected Dictionary<string, string> Environment { get; }
    protected Settings Settings { get; }

    public Uri AddressOf(string module) => new($"http://localhost:{Environment[Host.Modules.All().Single(m => m.Facts.Name == module).Facts.VariablePrefix + "_PORT"]}");

    /// <summary>A stranger's client at one module, past the gateway.</summary>
    public HttpClient ClientOf(string module) => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = AddressOf(module), Timeout = TimeSpan.FromSeconds(30) };

    public HttpClient SignedIn(string accessToken) => WithBearer(Api.BaseAddress!, accessToken);

    /// <summary>A client that calls a module as another service does.</summary>
    public HttpClient ServiceClientOf(string module)
    {
        var key = global::System.Security.Cryptography.HKDF.DeriveKey(global::System.Security.Cryptography.HashAlgorithmName.SHA256, global::System.Text.Encoding.UTF8.GetBytes(Environment["JWT_SECRET"]), 32, info: "estospaces service tokens"u8.ToArray());
        var context = new ModuleContext
        {
            Facts = new ModuleFacts("system-tests", "system-tests", 1), Settings = Settings, Addresses = new Dictionary<string, Uri>(), Directory = new FixedDirectory(new Dictionary<string, Uri>()), Product = [], ListenUrl = "", Bus = new InProcessBus(), Clock = new ProductClock(),
            ServiceKey = key, DataDirectory = Folder, Loggers = NullLoggerFactory.Instance, Revoked = new RevokedSessions(null), Draining = new Draining(),
        };
        return WithBearer(AddressOf(module), new ServiceTokens(context).For(module));
    }

    /// <summary>Somebody new, signed in; a host when asked for.</summary>
    public async Task<Person> NewPersonAsync(bool host = false)
    {
        var email = $"{(host ? "host" : "guest")}-{Guid.NewGuid():n}@example.com";
        const string password = "correct horse battery";
        var session = await Api.PostAsync("/api/v1/auth/register", new { email, password }).ReadAsync<SessionView>(201);
        if (host) session = await SignedIn(session.AccessToken).PostAsync("/api/v1/auth/become-host", new { }).ReadAsync<SessionView>();
        return new Person(session.User.Id, email, password, SignedIn(session.AccessToken), session);
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

    public abstract ValueTask DisposeAsync();

    protected void RemoveFolder()
    {
        if (Directory.Exists(Folder)) Directory.Delete(Folder, true);
    }

    protected void Keep(string? line)
    {
        if (line is null) return;
        lock (lastLines)
        {
            if (global::System.Environment.GetEnvironmentVariable("FAULT_LOG") is { Length: > 0 } log) File.AppendAllText(log, $"{DateTimeOffset.UtcNow:HH:mm:ss.fff} {line}\n");
            lastLines.Enqueue(line);
            if (lastLines.Count > 80) lastLines.Dequeue();
        }
    }

    private static HttpClient WithBearer(Uri address, string token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }
}
