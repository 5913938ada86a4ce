using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// Where the cluster lies, and the small files beside it. Held open by one process at a time: whoever has the place
/// has its lock, and a second host on the same data is refused before it touches anything.
/// </summary>
internal sealed class DataPlace : IDisposable
{
    /// <summary>Root's own place for what the server's account must be able to read, whatever the modes of home directories.</summary>
    public const string SharedRoot = "/var/lib/estospaces";

    private readonly FileStream _lock;

    private DataPlace(string cluster, FileStream held) => (Cluster, _lock) = (cluster, held);

    public string Cluster { get; }
    public string PasswordFile => Cluster + ".password";
    public string PortFile => Cluster + ".port";
    public string WatchdogFile => Cluster + ".watchdog";

    /// <summary>Lies there from when the cluster is made until all of it is on the disk.</summary>
    public string UnsyncedFile => Cluster + ".unsynced";

    public string PidFile => Path.Combine(Cluster, "postmaster.pid");
    public string Log => Path.Combine(Cluster, "server.log");

    /// <summary>The major version that made the cluster, or null when there is none yet.</summary>
    public int? Major => MajorOf(Cluster);

    public static int? MajorOf(string cluster)
    {
        var file = Path.Combine(cluster, "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim().Split('.')[0], CultureInfo.InvariantCulture) : null;
    }

    /// <summary>
    /// Settles on a directory that the account can reach and takes its lock. A root host started below a closed directory
    /// (a clone in /root) keeps its data below <see cref="SharedRoot"/>, under a name made from the path it was asked for.
    /// </summary>
    public static async Task<DataPlace> OpenAsync(string wanted, ServerAccount account, Action<string> tell, CancellationToken ct)
    {
        var cluster = Path.GetFullPath(wanted);
        var parent = Path.GetDirectoryName(cluster) ?? throw new EmbeddedPostgresException($"{cluster} cannot be a data directory.");
        try
        {
            Directory.CreateDirectory(parent);
            if (!await account.CanReachAsync(parent, ct))
            {
                var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(cluster)))[..12];
                cluster = Path.Combine(SharedRoot, key, Path.GetFileName(cluster));
                Directory.CreateDirectory(Path.GetDirectoryName(cluster)!);
                tell($"PostgreSQL does not run as root, and its user '{account.Name}' cannot reach {parent}: the data is kept in {cluster}.");
            }
            return new(cluster, TakeLock(cluster));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException($"{parent} cannot be written by {Environment.UserName}, perhaps because another user (root?) ran the product here before. "
                + "Run it as that user, or set DATA_DIR to a directory of your own.", e);
        }
    }

    /// <summary>The superuser's password: made once for a cluster, readable by nobody but us.</summary>
    public async Task<string> PasswordAsync(ServerAccount account, CancellationToken ct)
    {
        if (!File.Exists(PasswordFile))
        {
            if (Major is not null) throw new EmbeddedPostgresException($"{PasswordFile} is missing, so the data in {Cluster} cannot be opened. Put it back, or remove both to start anew.");
            await WriteClosedAsync(PasswordFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), account, ct);
        }
        return (await File.ReadAllTextAsync(PasswordFile, ct)).Trim();
    }

    /// <summary>Writes a file that only its owner reads. The owner is the server's account, so that the host may run as that user later.</summary>
    public static async Task WriteClosedAsync(string path, string text, ServerAccount account, CancellationToken ct)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new FileStream(path, options)) await file.WriteAsync(Encoding.ASCII.GetBytes(text + "\n"), ct);
        await account.OwnAsync(path, ct);
    }

    public Task OwnLockAsync(ServerAccount account, CancellationToken ct) => account.OwnAsync(_lock.Name, ct);

    public void Dispose() => _lock.Dispose();

    private static FileStream TakeLock(string cluster)
    {
        try
        {
            return new FileStream(cluster + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new EmbeddedPostgresException($"Another process already runs the database in {cluster}. Stop it first, or set DATA_DIR to another directory.", e);
        }
    }
}
