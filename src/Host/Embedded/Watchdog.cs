using System.Diagnostics;
using System.Globalization;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// A shell that waits on a pipe from this process. When we end without a word, even by kill -9, the kernel closes the pipe and
/// the shell stops the server; a server that outlives its host would otherwise hold the data directory.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // A word on the pipe means "go home". The pid file may not be there yet if the host dies while the server starts.
    private const string Script = """
        trap '' INT TERM TSTP HUP QUIT
        read word && exit 0
        for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
          if read p < "$1"; then
            if [ -d /proc/self ] && ! grep -q postgres "/proc/$p/cmdline"; then exit 0; fi
            kill -INT "$p"
            exit 0
          fi 2>/dev/null
          sleep 0.1
        done
        """;

    private readonly Process _shell;
    private readonly string _file;

    private Watchdog(Process shell, string file) => (_shell, _file) = (shell, file);

    /// <summary>Null on Windows, which has no such shell.</summary>
    public static async Task<Watchdog?> StartAsync(DataPlace place, ServerAccount account, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows()) return null;
        var start = account.Command("/bin/sh", "-c", Script, "sh", place.PidFile);
        start.RedirectStandardInput = true;
        var shell = Process.Start(start) ?? throw new EmbeddedPostgresException("/bin/sh did not start.");
        var watchdog = new Watchdog(shell, place.WatchdogFile);
        try
        {
            await DataPlace.WriteClosedAsync(place.WatchdogFile, shell.Id.ToString(CultureInfo.InvariantCulture), account, ct);
            return watchdog;
        }
        catch (Exception)
        {
            watchdog.Dispose();
            throw;
        }
    }

    /// <summary>Whether the watchdog of a host that is gone still lives, and so is about to stop its server.</summary>
    public static bool AliveFor(DataPlace place)
    {
        try
        {
            return OperatingSystem.IsLinux() && int.TryParse(File.ReadAllText(place.WatchdogFile), CultureInfo.InvariantCulture, out var pid)
                && File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(place.PidFile);
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        try
        {
            _shell.StandardInput.WriteLine("done");
            _shell.StandardInput.Close();
            _shell.WaitForExit(TimeSpan.FromSeconds(2));
        }
        catch (IOException)
        {
            // somebody killed the shell; there is nobody to send home
        }
        _shell.Dispose();
        File.Delete(_file);
    }
}
