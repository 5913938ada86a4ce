using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// A directory with initdb, pg_ctl and postgres that this account can run: the system's own, else those of the npm
/// package @embedded-postgres. Older than 15 is refused; an existing cluster needs binaries of its own major version.
/// </summary>
internal sealed record PostgresBinaries(string Directory, string Version)
{
    private const int OldestMajor = 15;
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    public int Major => MajorOf(Version);

    public string Program(string name) => Path.Combine(Directory, FileName(name));

    public static async Task<PostgresBinaries> FindAsync(string? chosen, ServerAccount account, string? cluster, CancellationToken ct)
    {
        var neededMajor = cluster is null ? null : DataPlace.MajorOf(cluster);
        var passed = new List<string>();
        var candidates = (chosen is null ? Candidates() : [chosen])
            .Where(d => File.Exists(Path.Combine(d, FileName("postgres")))).Select(Resolve)
            .Where(d => File.Exists(Path.Combine(d, FileName("initdb")))).Distinct();
        foreach (var candidate in candidates)
        {
            CompletePackage(candidate);
            var directory = candidate;
            var (version, error) = await VersionAsync(directory, account, ct);
            if (version is null && await CopyWithinReachAsync(directory, account, ct) is { } copy)
                (directory, (version, error)) = (copy, await VersionAsync(copy, account, ct));

            if (version is null) passed.Add($"{candidate} does not run: {error}");
            else if (MajorOf(version) < OldestMajor) passed.Add($"{candidate} is {version}, older than {OldestMajor}");
            else if (neededMajor is not null && MajorOf(version) != neededMajor) passed.Add($"{candidate} is {version}");
            else if (!await HasContribAsync(directory, account, ct)) passed.Add($"{candidate} lacks the contrib extensions (btree_gist)");
            else return new(directory, version);
        }
        var looked = passed.Count == 0 ? "" : " Looked at: " + string.Join("; ", passed) + ".";
        throw new EmbeddedPostgresException(neededMajor is null
            ? $"PostgreSQL {OldestMajor} or newer was not found. Run 'npm ci' in the repository, or install it (Debian: apt-get install postgresql).{looked}"
            : $"The data in {cluster} was made by PostgreSQL {neededMajor}, which was not found. Install that version (Debian: apt-get install postgresql-{neededMajor}), "
                + $"run 'npm ci' if it came from npm, or remove the directory to start anew.{looked}");
    }

    /// <summary>Directories that may hold the binaries, best first. The npm package comes last: what the machine's owner installed he also updates.</summary>
    private static IEnumerable<string> Candidates()
    {
        foreach (var path in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            yield return path;
        foreach (var home in new[] { "/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", @"C:\Program Files\PostgreSQL" }.Where(System.IO.Directory.Exists))
            foreach (var version in System.IO.Directory.GetDirectories(home).OrderByDescending(NumberInName))
                yield return Path.Combine(version, "bin");
        foreach (var package in NpmPackages.Find("@embedded-postgres/" + NpmPackages.Platform()))
            yield return Path.Combine(package, "native", "bin");
    }

    private static int NumberInName(string path) =>
        int.TryParse(Path.GetFileName(path).Replace("postgresql@", ""), CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The directory that really holds the binaries: PATH often holds links only, and initdb looks for its neighbours.</summary>
    private static string Resolve(string directory)
    {
        var program = Path.Combine(Path.GetFullPath(directory), FileName("postgres"));
        return Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!;
    }

    /// <summary>
    /// npm packages hold no links. This package lists those it needs in pg-symlinks.json and makes them in an install script,
    /// which we do not let run (ignore-scripts); so they are made here.
    /// </summary>
    private static void CompletePackage(string bin)
    {
        var native = Path.GetDirectoryName(bin)!;
        var list = Path.Combine(native, "pg-symlinks.json");
        if (!File.Exists(list) || OperatingSystem.IsWindows()) return;
        try
        {
            using var links = JsonDocument.Parse(File.ReadAllText(list));
            foreach (var link in links.RootElement.EnumerateArray())
            {
                var target = Path.Combine(native, "..", link.GetProperty("target").GetString()!);
                if (!File.Exists(target)) File.CreateSymbolicLink(target, Path.GetFileName(link.GetProperty("source").GetString()!));
            }
            foreach (var program in System.IO.Directory.GetFiles(bin))
                if (!File.GetUnixFileMode(program).HasFlag(UnixFileMode.OtherExecute)) File.SetUnixFileMode(program, Executable);
        }
        catch (UnauthorizedAccessException)
        {
            // The package is another user's. If it is complete the version check passes; if not, its error says which library is missing.
        }
    }

    /// <summary>We are root and the binaries lie where the server's account cannot look (/root/…): a copy owned by root that it can read.</summary>
    private static async Task<string?> CopyWithinReachAsync(string bin, ServerAccount account, CancellationToken ct)
    {
        if (account.Name is null) return null;
        var source = Path.GetDirectoryName(bin)!;
        var made = File.GetLastWriteTimeUtc(Path.Combine(bin, FileName("postgres"))).Ticks;
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source}|{made}")))[..12];
        var copy = Path.Combine(DataPlace.SharedRoot, "postgres-" + key);
        if (!System.IO.Directory.Exists(copy))
        {
            System.IO.Directory.CreateDirectory(DataPlace.SharedRoot);
            var unfinished = $"{copy}.{Environment.ProcessId}";
            foreach (var step in new string[][] { ["cp", "-a", source, unfinished], ["chown", "-R", "0:0", unfinished], ["chmod", "-R", "a+rX", unfinished] })
            {
                using var process = Process.Start(step[0], step[1..]);
                await process.WaitForExitAsync(ct);
                if (process.ExitCode != 0) return null;
            }
            System.IO.Directory.Move(unfinished, copy);
        }
        return Path.Combine(copy, Path.GetFileName(bin));
    }

    private static async Task<(string? Version, string Error)> VersionAsync(string bin, ServerAccount account, CancellationToken ct)
    {
        try
        {
            var (exitCode, output) = await account.RunAsync(ct, Path.Combine(bin, FileName("postgres")), "--version");
            var words = output.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);   // postgres (PostgreSQL) 18.4 …
            return exitCode == 0 && words.Length > 2 ? (words[2], "") : (null, output.Trim());
        }
        catch (Win32Exception e)
        {
            return (null, e.Message);
        }
    }

    /// <summary>Some distributions package the extensions apart. pg_config is asked where they would be; the npm package has none, and has them.</summary>
    private static async Task<bool> HasContribAsync(string bin, ServerAccount account, CancellationToken ct)
    {
        var program = Path.Combine(bin, FileName("pg_config"));
        if (!File.Exists(program)) return true;
        var (exitCode, share) = await account.RunAsync(ct, program, "--sharedir");
        return exitCode != 0 || File.Exists(Path.Combine(share.Trim(), "extension", "btree_gist.control"));
    }

    private static int MajorOf(string version) =>
        int.TryParse(new string([.. version.TakeWhile(char.IsAsciiDigit)]), CultureInfo.InvariantCulture, out var major) ? major : 0;

    private static string FileName(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;
}
