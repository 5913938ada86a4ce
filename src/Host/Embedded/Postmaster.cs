using System.Diagnostics;
using System.Globalization;

namespace EstoSpaces.Host.Embedded;

/// <summary>What a postmaster.pid file says about the server that wrote it, who may be long gone.</summary>
internal sealed record Postmaster(int Pid, int Port, string Status)
{
    public bool Ready => Status == "ready";

    /// <summary>Null when there is no such file, or one that is being written just now.</summary>
    public static Postmaster? Read(string pidFile)
    {
        try
        {
            var lines = File.ReadAllLines(pidFile);
            if (lines.Length == 0 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)) return null;
            var port = lines.Length > 3 && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var number) ? number : 0;
            return new(pid, port, lines.Length > 7 ? lines[7].Trim() : "starting");
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether the process of that number is a server on this cluster, and not a stranger who got the number after it.</summary>
    public bool RunsOn(string cluster)
    {
        try
        {
            using var process = Process.GetProcessById(Pid);
            if (!process.ProcessName.StartsWith("postgres", StringComparison.Ordinal)) return false;
            return !OperatingSystem.IsLinux() || File.ReadAllText($"/proc/{Pid}/cmdline").Split('\0').Contains(cluster);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException)
        {
            return false;   // it ended while we looked
        }
    }
}
