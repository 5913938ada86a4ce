using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// A PostgreSQL server of this process's own: found, initialised, started, and stopped with it. It listens on 127.0.0.1 only,
/// asks for a password, and keeps its data between runs. Commits are durable, as on a server that somebody administers.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Superuser = "postgres";
    private const int LaunchAttempts = 5;
    private static readonly TimeSpan OrphanPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly EmbeddedPostgresOptions _options;
    private readonly ServerAccount _account;
    private readonly PostgresBinaries _binaries;
    private readonly DataPlace _place;
    private Watchdog? _watchdog;
    private Task _synced = Task.CompletedTask;
    private bool _stopped;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, ServerAccount account, PostgresBinaries binaries, DataPlace place, string password) =>
        (_options, _account, _binaries, _place, Password) = (options, account, binaries, place, password);

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    public int ProcessId { get; private set; }

    /// <summary>Whether the server was already running: its last host was killed together with the watchdog.</summary>
    public bool Adopted { get; private set; }

    public string Version => _binaries.Version;
    public string BinDirectory => _binaries.Directory;
    public string DataDirectory => _place.Cluster;
    public string User => Superuser;
    public string Password { get; }

    /// <summary>Starts the server, creating its data on the first start. Throws <see cref="EmbeddedPostgresException"/> with a sentence for people.</summary>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken ct = default)
    {
        var account = ServerAccount.Choose(Path.GetFullPath(options.DataDirectory));
        var place = await DataPlace.OpenAsync(options.DataDirectory, account, options.Tell, ct);
        EmbeddedPostgres? server = null;
        try
        {
            await place.OwnLockAsync(account, ct);
            var binaries = await PostgresBinaries.FindAsync(options.BinDirectory, account, place.Cluster, ct);
            server = new(options, account, binaries, place, await place.PasswordAsync(account, ct));
            if (place.Major is null) await server.InitialiseAsync(ct);
            if (File.Exists(place.UnsyncedFile)) server._synced = server.SyncAsync();
            if (!await server.AdoptAsync(ct)) await server.LaunchAsync(ct);
            return server;
        }
        catch (Exception)
        {
            if (server is not null) await server.AbandonAsync();
            place.Dispose();
            throw;
        }
    }

    /// <summary>For one database, with a pool of <see cref="EmbeddedPostgresOptions.PoolSize"/> connections; errors never carry row values into logs.</summary>
    public string ConnectionString(string database) => Builder(database, Port).ConnectionString;

    /// <summary>Creates those of the named databases that are missing, each with the extensions the modules rely on.</summary>
    public async Task EnsureDatabasesAsync(IReadOnlyList<string> names, CancellationToken ct = default)
    {
        await DatabaseTemplate.EnsureAsync(UnpooledConnectionString, names, ct);
        await _synced; // before anybody writes what must survive a power cut
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopped) return;
        _stopped = true;
        NpgsqlConnection.ClearAllPools();
        await _synced.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it is tried again at the next start
        try
        {
            await StopAsync();
        }
        finally
        {
            _watchdog?.Dispose();
            _place.Dispose();
        }
    }

    private string UnpooledConnectionString(string database) => new NpgsqlConnectionStringBuilder(ConnectionString(database)) { Pooling = false }.ConnectionString;

    private NpgsqlConnectionStringBuilder Builder(string database, int port) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Database = database,
        Username = Superuser,
        Password = Password,
        MinPoolSize = 0,
        MaxPoolSize = _options.PoolSize,
        ConnectionIdleLifetime = 60,
        Timeout = 15,
        CommandTimeout = 30,
        IncludeErrorDetail = false,
    };

    /// <summary>
    /// initdb works beside the final place and its result is renamed, so a kill in the middle leaves nothing half made. It does not wait for the disk: where much else was just
    /// written (a build, npm packages), that takes most of a minute. <see cref="SyncAsync"/> does, while the server starts and the databases are made.
    /// </summary>
    private async Task InitialiseAsync(CancellationToken ct)
    {
        _options.Tell("Making the databases; only the first start does.");
        if (Directory.Exists(_place.Cluster) && Directory.EnumerateFileSystemEntries(_place.Cluster).Any())
            throw new EmbeddedPostgresException($"{_place.Cluster} holds something that is not a PostgreSQL cluster. Remove it, or set DATA_DIR to another directory.");
        var unfinished = _place.Cluster + ".init";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        await _account.OwnAsync(unfinished, ct);
        string[] locale = _binaries.Major < 17 ? ["--locale=C.UTF-8"] : ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
        var (exitCode, output) = await _account.RunAsync(ct, _binaries.Program("initdb"),
            ["-D", unfinished, "-U", Superuser, "-A", "scram-sha-256", "--pwfile", _place.PasswordFile, "-E", "UTF8", "--no-instructions", "--no-sync", .. locale]);
        if (exitCode != 0) throw new EmbeddedPostgresException("PostgreSQL could not create its data directory: " + output.Trim());
        if (Directory.Exists(_place.Cluster)) Directory.Delete(_place.Cluster);
        await DataPlace.WriteClosedAsync(_place.UnsyncedFile, "", _account, ct);
        Directory.Move(unfinished, _place.Cluster);
    }

    /// <summary>Waits until the disk has every file of the cluster, as initdb would have.</summary>
    private async Task SyncAsync()
    {
        var (exitCode, output) = await _account.RunAsync(CancellationToken.None, _binaries.Program("initdb"), "--sync-only", "-D", _place.Cluster);
        if (exitCode != 0) throw new EmbeddedPostgresException($"The data in {_place.Cluster} could not be written to the disk: {output.Trim()}");
        File.Delete(_place.UnsyncedFile);
    }

    /// <summary>
    /// After a kill -9 of the last host its server may be stopping, may have left its pid file behind, or may run on because the
    /// watchdog was killed too. A server that runs on is taken over.
    /// </summary>
    private async Task<bool> AdoptAsync(CancellationToken ct)
    {
        var giveUp = Environment.TickCount64 + (long)OrphanPatience.TotalMilliseconds;
        while (Postmaster.Read(_place.PidFile) is { } found)
        {
            if (!found.RunsOn(_place.Cluster))
            {
                File.Delete(_place.PidFile);
                return false;
            }
            var watched = Watchdog.AliveFor(_place);
            if (!watched && found.Ready && await AnswersAsync(found.Port, ct))
            {
                if (_options.Port != 0 && _options.Port != found.Port)
                {
                    await StopAsync();
                    return false;
                }
                // A watchdog that has just ended may have told the server to stop: it must still answer a moment later.
                await Task.Delay(Step * 3, ct);
                if (Postmaster.Read(_place.PidFile) == found && await AnswersAsync(found.Port, ct))
                {
                    (Port, ProcessId, Adopted) = (found.Port, found.Pid, true);
                    _watchdog = await Watchdog.StartAsync(_place, _account, ct);
                    return true;
                }
            }
            if (Environment.TickCount64 > giveUp)
                throw new EmbeddedPostgresException($"A PostgreSQL server of an earlier run (process {found.Pid}) neither answers nor stops. Its log is {_place.Log}.");
            await Task.Delay(Step, ct);
        }
        return false;
    }

    private async Task LaunchAsync(CancellationToken ct)
    {
        RotateLog();
        for (var attempt = 1; ; attempt++)
        {
            Port = await ChoosePortAsync(firstTry: attempt == 1, ct);
            var logStart = File.Exists(_place.Log) ? new FileInfo(_place.Log).Length : 0;
            _watchdog ??= await Watchdog.StartAsync(_place, _account, ct);

            // pg_ctl gives the server a session of its own: Ctrl+C in our terminal does not reach it before we are done with it.
            // It looks for the server ten times a second and starts half a dozen processes; we look ourselves, and let it end by itself.
            using var looking = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var control = _account.RunAsync(ct, _binaries.Program("pg_ctl"), "start", "-D", _place.Cluster, "-w",
                "-t", Invariant((int)_options.StartTimeout.TotalSeconds), "-l", _place.Log, "-o", ServerSettings.CommandLine(_options.Settings, Port));
            var ready = ReadyAsync(Port, looking.Token);
            if (await Task.WhenAny(control, ready) == ready)
            {
                ProcessId = await ready;
                await RememberPortAsync(ct);
                return;
            }
            looking.Cancel();
            await ((Task)ready).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var (exitCode, output) = await control;
            if (exitCode == 0 && Postmaster.Read(_place.PidFile) is { Ready: true } running && await AnswersAsync(Port, ct))
            {
                ProcessId = running.Pid;
                await RememberPortAsync(ct);
                return;
            }

            var story = output + LogSince(logStart);
            if (Postmaster.Read(_place.PidFile) is { } late && late.RunsOn(_place.Cluster)) await StopAsync();
            var portTaken = story.Contains("could not bind", StringComparison.Ordinal);
            if (portTaken && _options.Port != 0)
                throw new EmbeddedPostgresException($"Port {_options.Port}, wanted for the embedded PostgreSQL, is taken by another program.");
            var passing = portTaken || story.Contains("shared memory block", StringComparison.Ordinal) || story.Contains("shutting down", StringComparison.Ordinal);
            if (!passing || attempt == LaunchAttempts)
                throw new EmbeddedPostgresException($"PostgreSQL {Version} did not start. Its log is {_place.Log}; it ends: {story.Trim()}");
            await Task.Delay(Step * 6 * attempt, ct);
        }
    }

    /// <summary>The process id, as soon as the server on that port takes connections. Ends only so, or by cancellation.</summary>
    private async Task<int> ReadyAsync(int port, CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(Glance, ct);
            if (Postmaster.Read(_place.PidFile) is { Ready: true } running && running.Port == port && await AnswersAsync(port, ct)) return running.Pid;
        }
    }

    private async Task RememberPortAsync(CancellationToken ct)
    {
        if (!File.Exists(_place.PortFile) || await File.ReadAllTextAsync(_place.PortFile, ct) is var last && last.Trim() != Invariant(Port))
            await DataPlace.WriteClosedAsync(_place.PortFile, Invariant(Port), _account, ct);
    }

    private async Task<int> ChoosePortAsync(bool firstTry, CancellationToken ct)
    {
        if (_options.Port != 0) return _options.Port;
        if (firstTry && File.Exists(_place.PortFile)
            && int.TryParse(await File.ReadAllTextAsync(_place.PortFile, ct), CultureInfo.InvariantCulture, out var last) && LoopbackPorts.IsFree(last))
            return last;
        return LoopbackPorts.AnyFree();
    }

    private async Task<bool> AnswersAsync(int port, CancellationToken ct)
    {
        var connection = Builder("postgres", port);
        (connection.Pooling, connection.Timeout) = (false, 5);
        try
        {
            await using var open = new NpgsqlConnection(connection.ConnectionString);
            await open.OpenAsync(ct);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown)
        {
            return false;   // starting up, or shutting down
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword)
        {
            throw new EmbeddedPostgresException($"The password in {_place.PasswordFile} does not open the data in {_place.Cluster}.", e);
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            return false;
        }
    }

    private async Task StopAsync()
    {
        foreach (var mode in new[] { "fast", "immediate" })
        {
            if (Postmaster.Read(_place.PidFile) is not { } running || !running.RunsOn(_place.Cluster)) return;
            var (exitCode, _) = await _account.RunAsync(CancellationToken.None, _binaries.Program("pg_ctl"), "stop", "-D", _place.Cluster, "-m", mode, "-w", "-t", "30");
            if (exitCode == 0) return;
        }
        if (Postmaster.Read(_place.PidFile) is { } left && left.RunsOn(_place.Cluster))
            throw new EmbeddedPostgresException($"PostgreSQL (process {left.Pid}) did not stop. Its log is {_place.Log}.");
    }

    /// <summary>The start failed or was cancelled: whatever of the server runs must not outlive the attempt.</summary>
    private async Task AbandonAsync()
    {
        try
        {
            await StopAsync();
        }
        catch (EmbeddedPostgresException e)
        {
            _options.Tell(e.Message);
        }
        await _synced.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watchdog?.Dispose();
    }

    private void RotateLog()
    {
        const long largest = 16 << 20;
        if (File.Exists(_place.Log) && new FileInfo(_place.Log).Length > largest) File.Move(_place.Log, _place.Log + ".1", overwrite: true);
    }

    private string LogSince(long start)
    {
        const long most = 4000;
        try
        {
            using var log = new FileStream(_place.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            log.Seek(Math.Max(start, log.Length - most), SeekOrigin.Begin);
            using var reader = new StreamReader(log);
            return reader.ReadToEnd();
        }
        catch (IOException)
        {
            return "";   // the server did not come so far as to write one
        }
    }

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>TCP ports on 127.0.0.1.</summary>
public static class LoopbackPorts
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, byte> Given = new();

    public static int AnyFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>
    /// A port for a server that may be killed and come back to it: below those that the system hands out for outgoing connections, so that none of these takes it meanwhile
    /// (not even a client that knocks at it and, as TCP allows, meets itself). Never the same twice.
    /// </summary>
    public static int AnyLasting()
    {
        while (true)
        {
            var port = Random.Shared.Next(12_000, 32_000);
            if (IsFree(port) && Given.TryAdd(port, 0)) return port;
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
