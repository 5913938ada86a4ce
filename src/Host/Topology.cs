using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Events.Nats;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Redis;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Host;

/// <summary>The one place that chooses embedded or configured parts: databases, bus, addresses, providers, secrets.</summary>
public sealed class Topology : IAsyncDisposable
{
    private readonly ILoggerFactory loggers;
    private readonly IReadOnlyList<ModuleFacts> product;
    private readonly bool alone;
    private readonly string discovery;
    private EmbeddedPostgres? postgres;
    private RegistryDirectory? registryDirectory;
    private RevokedSessionsFeed? revokedFeed;

    private Topology(Settings settings, IReadOnlyList<IModule> running, IReadOnlyList<IModule> all, ILoggerFactory loggers)
    {
        (Settings, this.loggers) = (settings, loggers);
        product = [.. all.Select(m => m.Facts)];
        alone = running.Count == 1;
        var elsewhere = all.Any(m => !m.Facts.DevelopmentOnly && running.All(r => r.Facts.Name != m.Facts.Name));
        discovery = settings["DISCOVERY"]?.ToLowerInvariant() ?? (elsewhere && settings.Has("EUREKA_URL") ? "registry" : "fixed");
        var addresses = product.ToDictionary(f => f.Name, f => AddressesOf(f, running));
        Addresses = addresses.ToDictionary(a => a.Key, a => a.Value[0]);
        Directory = new FixedDirectory(addresses);
        Bus = settings.Has("NATS_URL") ? new NatsBus(NatsOptions.From(settings, alone ? running[0].Facts.Service : "estospaces"), loggers.CreateLogger<NatsBus>()) : new InProcessBus();
        Redis = settings["REDIS_URL"] is { } redis ? new RedisDoor(RedisAddress.Parse(redis), loggers) : null;
        Revoked = new RevokedSessions(Redis);
    }

    public Settings Settings { get; private set; }
    public IReadOnlyDictionary<string, Uri> Addresses { get; }
    public IDirectory Directory { get; private set; }

    /// <summary>Where modules register, or null: EUREKA_URL, else the registry of this process.</summary>
    public RegistryClient? Registry { get; private set; }

    public IEventBus Bus { get; }
    public RedisDoor? Redis { get; }
    public RevokedSessions Revoked { get; }
    public Draining Draining { get; } = new();
    public ProductClock Clock { get; } = new();
    public string DataDirectory => Path.GetFullPath(Settings.Required("DATA_DIR"));
    public byte[] ServiceKey => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(Settings.Required("JWT_SECRET")), 32, info: "estospaces service tokens"u8.ToArray());

    /// <summary>The development chain of this process, if it has one.</summary>
    public EmbeddedChain? Chain { get; private set; }

    /// <summary>To be completed when all modules have started.</summary>
    public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the databases can be used. They start while the caller goes on.</summary>
    public Task Databases { get; private set; } = Task.CompletedTask;

    /// <summary>Chooses, and waits for the databases.</summary>
    public static async Task<Topology> ChooseAsync(Settings settings, IReadOnlyList<IModule> running, IReadOnlyList<IModule> all, ILoggerFactory loggers, CancellationToken ct)
    {
        var topology = Choose(settings, running, all, loggers, ct);
        try
        {
            await topology.Databases;
            return topology;
        }
        catch (Exception)
        {
            await topology.DisposeAsync();
            throw;
        }
    }

    /// <summary>Chooses without waiting: see <see cref="Databases"/>.</summary>
    public static Topology Choose(Settings settings, IReadOnlyList<IModule> running, IReadOnlyList<IModule> all, ILoggerFactory loggers, CancellationToken ct)
    {
        if (settings.IsProduction && running.FirstOrDefault(m => m.Facts.DevelopmentOnly) is { } wrong)
            throw new SettingsException($"{wrong.Facts.Name} never runs when ENVIRONMENT is production");
        var topology = new Topology(settings, running, all, loggers);
        topology.ChooseSecrets();
        topology.ChooseProviders();
        topology.ChooseDiscovery(running);
        topology.ChooseDatabases(running, ct);
        return topology;
    }

    /// <summary>From now on this process knows what the registry knows, when it is found by one.</summary>
    public Task FollowDirectoryAsync(CancellationToken ct) => registryDirectory?.StartAsync(ct) ?? Task.CompletedTask;

    /// <summary>From now on this process hears which sessions ended: from Redis, and from auth when that runs elsewhere.</summary>
    public void FollowRevocations(IReadOnlyList<IModule> running)
    {
        Revoked.Follow();
        if (running.All(m => m.Facts.Name != "auth")) revokedFeed = new RevokedSessionsFeed(ContextOf(running[0].Facts));
    }

    public ModuleContext ContextOf(ModuleFacts facts) => new()
    {
        Facts = facts, Settings = Settings, Addresses = Addresses, Directory = Directory, Registry = Registry, Product = product, ListenUrl = ListenUrlOf(facts), ConnectionString = facts.Database is { } database ? () => ConnectionStringOf(database) : null,
        Bus = Bus, Clock = Clock, ServiceKey = ServiceKey, DataDirectory = DataDirectory, Loggers = loggers, Revoked = Revoked, Redis = Redis, Started = Started.Task, Draining = Draining,
    };

    public async ValueTask DisposeAsync()
    {
        await Bus.DisposeAsync();
        if (registryDirectory is not null) await registryDirectory.DisposeAsync();
        Registry?.Dispose();
        if (revokedFeed is not null) await revokedFeed.DisposeAsync();
        await Revoked.DisposeAsync();
        if (Redis is not null) await Redis.DisposeAsync();
        Draining.Dispose();
        if (Chain is not null) await Chain.DisposeAsync();
        await Databases.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // whoever waited for it was told why it failed
        if (postgres is not null) await postgres.DisposeAsync();
    }

    private int PortOf(ModuleFacts facts, bool runsHere)
    {
        if (Settings[facts.VariablePrefix + "_PORT"] is { } own) return int.Parse(own, System.Globalization.CultureInfo.InvariantCulture);
        return runsHere && alone && Settings.Has("PORT") ? Settings.Int("PORT") : facts.Port + Settings.Int("PORT_OFFSET");
    }

    /// <summary>Where a module is without asking a registry: here, at what its _URL says (several with commas), at its name, or on this machine.</summary>
    private IReadOnlyList<Uri> AddressesOf(ModuleFacts facts, IReadOnlyList<IModule> running)
    {
        var runsHere = running.Any(m => m.Facts.Name == facts.Name);
        if (!runsHere && Settings[facts.VariablePrefix + "_URL"] is { } configured) return [.. configured.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(a => new Uri(a))];
        var host = runsHere || discovery != "dns" ? "localhost" : Settings["DISCOVERY_DOMAIN"] is { } domain ? $"{facts.Service}.{domain.Trim('.')}" : facts.Service;
        return [new Uri($"http://{host}:{PortOf(facts, runsHere)}")];
    }

    private void ChooseDiscovery(IReadOnlyList<IModule> running)
    {
        var own = running.Any(m => m.Facts.Name == RegistryAddress.Module) ? Addresses[RegistryAddress.Module].ToString() : null;
        if ((Settings["EUREKA_URL"] ?? own) is { } urls)
            Registry = new RegistryClient(RegistryAddress.ParseAll("EUREKA_URL", urls, Settings["EUREKA_USER"], Settings["EUREKA_PASSWORD"]), new ServiceTokens(ServiceKey, running.Count == 1 ? running[0].Facts.Service : "estospaces"));
        if (discovery != "registry") return;
        if (Registry is null) throw new SettingsException("DISCOVERY is registry, but there is none: set EUREKA_URL to its address, like http://eureka-server:8761/eureka.");
        Directory = registryDirectory = new RegistryDirectory(Registry, product, Directory, TimeProvider.System, loggers.CreateLogger("EstoSpaces.Discovery"));
    }

    private string ListenUrlOf(ModuleFacts facts) => !Addresses.ContainsKey(facts.Name) ? "" : $"http://{Settings["BIND_ADDRESS"] ?? "localhost"}:{PortOf(facts, true)}";

    private string ConnectionStringOf(string usual)
    {
        var database = alone && Settings["DB_NAME"] is { } named ? named : usual;
        if (!Settings.Has("DB_HOST")) return postgres?.ConnectionString(database) ?? throw new InvalidOperationException($"{database} is asked for before its server has started");
        return new NpgsqlConnectionStringBuilder
        {
            Host = Settings.Required("DB_HOST"), Port = Settings.Int("DB_PORT"), Username = Settings.Required("DB_USER"), Password = Settings["DB_PASSWORD"], Database = database,
            SslMode = Enum.Parse<SslMode>(Settings.Required("DB_SSL_MODE").Replace("-", ""), ignoreCase: true), MaxPoolSize = Settings.Int("DB_POOL_SIZE"),
            GssEncryptionMode = GssEncryptionMode.Disable, // no Kerberos: asking for it costs a round trip a connection, and a message where its library is missing
        }.ConnectionString;
    }

    private void ChooseDatabases(IReadOnlyList<IModule> running, CancellationToken ct)
    {
        var databases = running.Select(m => m.Facts.Database).OfType<string>().Distinct().ToList();
        if (databases.Count == 0 || Settings.Has("DB_HOST")) return;
        if (Settings.IsProduction) throw new SettingsException("DB_HOST is not set: in production the database is not started by the product itself.");
        var options = new EmbeddedPostgresOptions { DataDirectory = Path.Combine(DataDirectory, "postgres"), PoolSize = Settings.Int("DB_POOL_SIZE") };
        Databases = Task.Run(async () =>
        {
            postgres = await EmbeddedPostgres.StartAsync(options, ct);
            await postgres.EnsureDatabasesAsync(databases, ct);
        }, ct);
    }

    /// <summary>Without a node, development has one of its own, if its program is there. It starts while the caller goes on; the module that asks it says when there is none.</summary>
    public void StartChain(IReadOnlyList<IModule> running)
    {
        var wanted = Settings.Required("EMBEDDED_CHAIN");
        if (Settings.IsProduction || Settings.Has("ETH_RPC_URL") || wanted == "off" || running.All(m => m.Facts.Name != "blockchain")) return;
        if (EmbeddedChain.Find(wanted == "on" ? null : wanted) is not { } program) return;
        // Where wallets look for a local chain, if nothing else is there; tests run many at once.
        var usual = 8545 + Settings.Int("PORT_OFFSET");
        var port = Settings["ENVIRONMENT"] != "test" && LoopbackPorts.IsFree(usual) ? usual : LoopbackPorts.AnyLasting();
        var folder = Path.Combine(DataDirectory, "chain");
        Settings = Settings.With(("ETH_RPC_URL", EmbeddedChain.UrlAt(port)), ("ETH_CHAIN_ID", "31337"), ("ETH_CONFIRMATIONS", Settings.Values.GetValueOrDefault("ETH_CONFIRMATIONS") ?? "3"));
        Chain = EmbeddedChain.Start(program, folder, port, loggers.CreateLogger<EmbeddedChain>(), Draining.Begun);
    }

    /// <summary>In development a secret is made once and kept in the data folder; in production it must be given.</summary>
    private void ChooseSecrets()
    {
        if (Settings.Has("JWT_SECRET")) return;
        if (Settings.IsProduction) throw new SettingsException("JWT_SECRET is not set: give all services the same 32 characters or more.");
        Settings = Settings.With(("JWT_SECRET", SecretIn(DataDirectory)));
    }

    /// <summary>The secret kept in a data folder, made when there is none.</summary>
    internal static string SecretIn(string folder)
    {
        var path = Path.Combine(folder, "secret");
        System.IO.Directory.CreateDirectory(folder);
        if (!File.Exists(path))
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(path, options);
            file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))));
        }
        return File.ReadAllText(path).Trim();
    }

    /// <summary>Without keys, development talks to the sandbox, which speaks the providers' wire protocols.</summary>
    private void ChooseProviders()
    {
        Settings = Settings.With(
            ("PUBLIC_API_URL", Settings["PUBLIC_API_URL"] ?? Addresses.GetValueOrDefault("gateway")?.ToString().TrimEnd('/')),
            ("PUBLIC_WEB_URL", Settings["PUBLIC_WEB_URL"] ?? Addresses.GetValueOrDefault("web")?.ToString().TrimEnd('/')));
        if (Settings.IsProduction || !Addresses.TryGetValue("sandbox", out var address)) return;
        var sandbox = address.ToString().TrimEnd('/');
        var webhookSecret = "whsec_" + Convert.ToHexStringLower(HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(Settings.Required("JWT_SECRET")), 16, info: "stripe webhook"u8.ToArray()));
        if (!Settings.Has("STRIPE_SECRET_KEY"))
            Settings = Settings.With(("STRIPE_BASE_URL", sandbox + "/stripe"), ("STRIPE_SECRET_KEY", "sk_test_estospaces_sandbox"), ("STRIPE_PUBLISHABLE_KEY", "pk_test_estospaces_sandbox"),
                ("STRIPE_WEBHOOK_SECRET", webhookSecret), ("STRIPE_SCRIPT_URL", sandbox + "/stripe/v3/"));
        if (!Settings.Has("SENDGRID_API_KEY") && !Settings.Has("SMTP_URL"))
            Settings = Settings.With(("SENDGRID_BASE_URL", sandbox + "/sendgrid"), ("SENDGRID_API_KEY", "SG.sandbox"));
        if (!Settings.Has("TWILIO_AUTH_TOKEN"))
            Settings = Settings.With(("TWILIO_BASE_URL", sandbox + "/twilio"), ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000"), ("TWILIO_AUTH_TOKEN", "sandbox"));
        if (!Settings.Has("FIREBASE_CREDENTIALS"))
            Settings = Settings.With(("FCM_BASE_URL", sandbox + "/fcm"));
    }
}
