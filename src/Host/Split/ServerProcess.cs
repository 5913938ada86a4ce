using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Host.Split;

/// <summary>
/// A program that runs beside this one and never outlives it: a shell waits on a pipe from us and ends the program when the pipe closes, even after kill -9 of this process.
/// It has a session of its own, so that Ctrl-C in our terminal does not reach it before we are done with it.
/// </summary>
public sealed class ServerProcess : IDisposable
{
    private const string Guard = """
        exec 3<&0
        sh -c 'echo "pid $$"; exec "$@"' sh "$@" </dev/null 3<&- &
        child=$!
        { read word <&3; kill -TERM "$child"; sleep 30; kill -KILL "$child"; } >/dev/null 2>&1 &
        guard=$!
        exec 3<&-
        wait "$child"
        code=$?
        kill "$guard" 2>/dev/null
        exit "$code"
        """;

    private readonly Process shell;
    private readonly TaskCompletionSource<int> pid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<string> hear;

    private ServerProcess(string name, Process shell, Action<string> hear)
    {
        (Name, this.shell, this.hear) = (name, shell, hear);
        shell.OutputDataReceived += (_, e) => Hear(e.Data);
        shell.ErrorDataReceived += (_, e) => Hear(e.Data);
    }

    public string Name { get; }

    /// <summary>The program's own process id, not the guarding shell's.</summary>
    public int Pid { get; private set; }

    public bool HasExited => shell.HasExited;

    /// <summary>Starts it; <paramref name="hear"/> gets each line that it writes. Throws <see cref="SettingsException"/> when the program can't be run at all.</summary>
    public static async Task<ServerProcess> StartAsync(string name, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, Action<string> hear, CancellationToken ct)
    {
        var session = Find("setsid");
        var start = new ProcessStartInfo(session ?? "/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (session is not null) start.ArgumentList.Add("/bin/sh");
        foreach (var argument in (string[])["-c", Guard, "sh", .. command]) start.ArgumentList.Add(argument);
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        Process shell;
        try { shell = Process.Start(start)!; }
        catch (Win32Exception e) { throw new SettingsException($"{name} can't be started: {e.Message}"); }
        var server = new ServerProcess(name, shell, hear);
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        try { server.Pid = await server.pid.Task.WaitAsync(TimeSpan.FromSeconds(10), ct); }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            server.Dispose(); // its pipe closes, and the guard ends the program whenever that comes up
            throw;
        }
        return server;
    }

    /// <summary>A program in the search path or where servers are usually installed; null when there is none.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(["/usr/sbin", "/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"]).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Sends a signal such as TERM, KILL, STOP or CONT; nothing happens when the program has ended.</summary>
    public void Send(string signal)
    {
        if (!HasExited) Send(signal, Pid);
    }

    internal static void Send(string signal, int pid)
    {
        using var kill = Process.Start("/bin/sh", ["-c", "kill -s \"$0\" \"$1\" 2>/dev/null", signal, pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>The exit code, when it has ended; 128 and the signal's number after a signal.</summary>
    public async Task<int> ExitAsync(CancellationToken ct)
    {
        await shell.WaitForExitAsync(ct);
        return shell.ExitCode;
    }

    /// <summary>SIGTERM, then SIGKILL when it has not ended in time. The exit code.</summary>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        Send("TERM");
        using var deadline = new CancellationTokenSource(patience);
        try { return await ExitAsync(deadline.Token); }
        catch (OperationCanceledException) { return await KillAsync(); }
    }

    /// <summary>SIGKILL, as the kernel does when memory is out: no warning, no clean-up.</summary>
    public async Task<int> KillAsync()
    {
        Send("KILL");
        return await ExitAsync(CancellationToken.None);
    }

    public void Dispose() => shell.Dispose();

    private void Hear(string? line)
    {
        if (line is null) return;
        if (!pid.Task.IsCompleted && line.StartsWith("pid ", StringComparison.Ordinal) && int.TryParse(line.AsSpan(4), CultureInfo.InvariantCulture, out var number)) pid.TrySetResult(number);
        else hear(line);
    }
}
