using System.Diagnostics;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// The operating-system account that the server runs under. PostgreSQL refuses to run as root, so a root host hands
/// it to the owner of the data, to <c>postgres</c>, or to <c>nobody</c>; any other user runs it himself.
/// </summary>
internal sealed class ServerAccount
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerFile | UnixFileMode.UserExecute;

    private ServerAccount(string? name) => Name = name;

    /// <summary>The account to switch to, or null when the server runs as the user who runs the host.</summary>
    public string? Name { get; }

    public static ServerAccount Choose(string dataDirectory)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return new(null);
        if (File.Exists(Path.Combine(dataDirectory, "PG_VERSION")) && OwnerOf(dataDirectory) is { } owner && owner != "root")
            return new(owner);
        return new(Array.Find(["postgres", "nobody"], Exists)
            ?? throw new EmbeddedPostgresException("PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody' to run it as."));
    }

    /// <summary>A process start that runs as this account, in a clean locale and without the caller's PG* variables.</summary>
    /// <remarks>.NET switches user and groups in the child itself, so neither su nor setpriv has to be installed.</remarks>
    public ProcessStartInfo Command(string file, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = OperatingSystem.IsWindows() ? "" : "/",
        };
        foreach (var name in start.Environment.Keys.Where(n => n.StartsWith("PG", StringComparison.Ordinal)
                     || n.StartsWith("LC_", StringComparison.Ordinal) || n is "LANG" or "LANGUAGE").ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        if (Name is not null) start.UserName = Name;
        return start;
    }

    public async Task<(int ExitCode, string Output)> RunAsync(CancellationToken ct, string file, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(Command(file, arguments)) ?? throw new EmbeddedPostgresException($"{file} did not start.");
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        try
        {
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    /// <summary>Whether this account can pass through and list a directory that we made.</summary>
    public async Task<bool> CanReachAsync(string directory, CancellationToken ct) =>
        Name is null || (await RunAsync(ct, "/bin/sh", "-c", "test -x \"$1\" && test -r \"$1\"", "sh", directory)).ExitCode == 0;

    /// <summary>Makes a file or directory the account's own, closed to everybody else.</summary>
    public async Task OwnAsync(string path, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(path, Directory.Exists(path) ? OwnerDirectory : OwnerFile);
        if (Name is null) return;
        using var chown = Process.Start("chown", [Name, path]);
        await chown.WaitForExitAsync(ct);
        if (chown.ExitCode != 0) throw new EmbeddedPostgresException($"{path} could not be given to the user {Name}.");
    }

    private static bool Exists(string name) =>
        File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(line => line.StartsWith(name + ":", StringComparison.Ordinal));

    private static string? OwnerOf(string path)
    {
        using var stat = Process.Start(new ProcessStartInfo("stat", OperatingSystem.IsMacOS() ? ["-f", "%Su", path] : ["-c", "%U", path])
        { RedirectStandardOutput = true });
        var owner = stat?.StandardOutput.ReadToEnd().Trim();
        stat?.WaitForExit();
        return stat?.ExitCode == 0 && owner is { Length: > 0 } and not "UNKNOWN" ? owner : null;
    }
}
