using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Split;

/// <summary>
/// The servers between the modules' processes: PostgreSQL with PostGIS, NATS with JetStream, Redis. Those that the settings name are used; the others are
/// started here from the system's packages, on free ports of 127.0.0.1, with passwords, and with their data below DATA_DIR.
/// </summary>
public sealed class DataServers : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly string folder;
    private readonly Action<string> tell;
    private readonly int natsPort = LoopbackPorts.AnyLasting();
    private readonly int redisPort = LoopbackPorts.AnyLasting();
    private readonly string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly Dictionary<string, string> environment = [];
    private EmbeddedPostgresOptions? postgresOptions;

    private DataServers(string folder, Action<string> tell) => (this.folder, this.tell) = (folder, tell);

    public EmbeddedPostgres? Postgres { get; private set; }
    public ServerProcess? Nats { get; private set; }
    public ServerProcess? Redis { get; private set; }

    /// <summary>Where JetStream keeps its files.</summary>
    public string NatsStore => Path.Combine(folder, "jetstream");

    /// <summary>What a module's process must know to find them.</summary>
    public IReadOnlyDictionary<string, string> Environment => environment;

    /// <summary>Starts what the settings don't name. Throws <see cref="SettingsException"/> with what to install when a program is missing.</summary>
    public static async Task<DataServers> StartAsync(Settings settings, IReadOnlyList<string> databases, Action<string> tell, CancellationToken ct)
    {
        var missing = Missing(settings);
        if (missing.Count > 0)
            throw new SettingsException($"Modules in processes of their own need {string.Join(" and ", missing.Keys)}. On Debian: apt-get install {string.Join(' ', missing.Values)}. "
                + "Elsewhere install them with your package manager, or use deploy/compose.split.yaml, or name running ones with NATS_URL, REDIS_URL and DB_HOST.");
        var servers = new DataServers(Path.Combine(Path.GetFullPath(settings.Required("DATA_DIR")), "servers"), tell);
        Directory.CreateDirectory(servers.folder);
        try
        {
            await Task.WhenAll(
                settings.Has("DB_HOST") ? Task.CompletedTask : servers.StartPostgresAsync(settings, databases, ct),
                settings.Has("NATS_URL") ? Task.CompletedTask : servers.StartNatsAsync(ct),
                settings.Has("REDIS_URL") ? Task.CompletedTask : servers.StartRedisAsync(ct));
            return servers;
        }
        catch (Exception)
        {
            await servers.DisposeAsync();
            throw;
        }
    }

    /// <summary>NATS with JetStream, also again after a kill: same port, same data.</summary>
    public async Task StartNatsAsync(CancellationToken ct)
    {
        var port = natsPort.ToString(CultureInfo.InvariantCulture);
        var config = await WriteAsync("nats.conf", $$"""
            listen: "127.0.0.1:{{port}}"
            server_name: "estospaces"
            jetstream { store_dir: "{{NatsStore}}", max_mem: 67108864 }
            authorization { user: "estospaces", password: "{{password}}" }
            max_payload: 1048576

            """, ct);
        environment["NATS_URL"] = $"nats://estospaces:{password}@127.0.0.1:{port}";
        Nats = await StartServerAsync("nats", ["nats-server", "-c", config], natsPort, ct);
    }

    /// <summary>Redis, also again after a kill: same port; it forgets, as it may.</summary>
    public async Task StartRedisAsync(CancellationToken ct)
    {
        var port = redisPort.ToString(CultureInfo.InvariantCulture);
        var config = await WriteAsync("redis.conf", $"""
            bind 127.0.0.1
            port {port}
            requirepass {password}
            dir "{folder}"
            save ""
            appendonly no
            maxmemory 64mb
            maxmemory-policy volatile-ttl

            """, ct);
        environment["REDIS_URL"] = $"redis://:{password}@127.0.0.1:{port}";
        Redis = await StartServerAsync("redis", ["redis-server", config], redisPort, ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { Nats, Redis }.OfType<ServerProcess>())
        {
            await server.StopAsync(TimeSpan.FromSeconds(10));
            server.Dispose();
        }
        if (Postgres is not null) await Postgres.DisposeAsync();
    }

    private static Dictionary<string, string> Missing(Settings settings)
    {
        var missing = new Dictionary<string, string>();
        if (!settings.Has("NATS_URL") && ServerProcess.Find("nats-server") is null) missing["NATS"] = "nats-server";
        if (!settings.Has("REDIS_URL") && ServerProcess.Find("redis-server") is null) missing["Redis"] = "redis-server";
        return missing;
    }

    /// <summary>Ends PostgreSQL by a signal (INT: fast shutdown, QUIT: immediate, KILL) and starts it again on the same port and data.</summary>
    public async Task RestartPostgresAsync(string signal, CancellationToken ct)
    {
        var old = Postgres ?? throw new InvalidOperationException("this PostgreSQL is not ours");
        ServerProcess.Send(signal, old.ProcessId);
        await old.DisposeAsync();
        Postgres = await EmbeddedPostgres.StartAsync(postgresOptions! with { Port = old.Port }, ct);
    }

    private async Task StartPostgresAsync(Settings settings, IReadOnlyList<string> databases, CancellationToken ct)
    {
        postgresOptions = new EmbeddedPostgresOptions { DataDirectory = Path.Combine(folder, "postgres"), PoolSize = settings.Int("DB_POOL_SIZE"), Tell = tell };
        if (WithPostGis() is { } directory) postgresOptions = postgresOptions with { BinDirectory = directory };
        else tell("PostGIS is not installed (Debian: apt-get install postgresql-postgis): nearness is computed by earthdistance.");
        Postgres = await EmbeddedPostgres.StartAsync(postgresOptions, ct);
        await Postgres.EnsureDatabasesAsync(databases, ct);
        environment["DB_HOST"] = "127.0.0.1";
        environment["DB_PORT"] = Postgres.Port.ToString(CultureInfo.InvariantCulture);
        environment["DB_USER"] = Postgres.User;
        environment["DB_PASSWORD"] = Postgres.Password;
        environment["DB_SSL_MODE"] = "disable";
    }

    /// <summary>The newest of Debian's PostgreSQL installations that has PostGIS beside it.</summary>
    private static string? WithPostGis() => !Directory.Exists("/usr/share/postgresql") ? null
        : Directory.GetDirectories("/usr/share/postgresql").Where(share => File.Exists(Path.Combine(share, "extension", "postgis.control")))
            .Select(share => Path.Combine("/usr/lib/postgresql", Path.GetFileName(share), "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb")))
            .OrderByDescending(bin => int.TryParse(Path.GetFileName(Path.GetDirectoryName(bin)), CultureInfo.InvariantCulture, out var major) ? major : 0).FirstOrDefault();

    private async Task<ServerProcess> StartServerAsync(string name, string[] command, int port, CancellationToken ct)
    {
        var lines = new Queue<string>();
        var server = await ServerProcess.StartAsync(name, [ServerProcess.Find(command[0])!, .. command[1..]], new Dictionary<string, string>(), line =>
        {
            lock (lines)
            {
                lines.Enqueue(line);
                if (lines.Count > 20) lines.Dequeue();
            }
        }, ct);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Patience);
        while (!await AnswersAsync(port, deadline.Token))
        {
            if (!server.HasExited && !deadline.IsCancellationRequested)
            {
                await Task.Delay(20, ct);
                continue;
            }
            await server.KillAsync();
            lock (lines) throw new SettingsException($"{name} did not start: {string.Join(" ", lines)}");
        }
        return server;
    }

    private static async Task<bool> AnswersAsync(int port, CancellationToken ct)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, ct);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException) { return false; }
    }

    /// <summary>A file with a password: for its owner's eyes only.</summary>
    private async Task<string> WriteAsync(string name, string text, CancellationToken ct)
    {
        var path = Path.Combine(folder, name);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new StreamWriter(path, options);
        await file.WriteAsync(text.AsMemory(), ct);
        return path;
    }
}
