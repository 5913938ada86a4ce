using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using EstoSpaces.Host.Split;
using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// An Ethereum node of this process's own for development: anvil, from npm or the search path, on 127.0.0.1 with chain id 31337 and funded accounts whose keys everybody knows. It mines when it is asked to, keeps its chain in a file
/// between runs, and ends with this process, also after kill -9. When it ends unasked it is started again where it was, a second later the first time, later each time it happens soon again; it has lost what it did since it last wrote its file.
/// </summary>
public sealed class EmbeddedChain : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20), FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromSeconds(30), Steady = TimeSpan.FromMinutes(1);
    private readonly string program, folder, state;
    private readonly int port;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping;
    private volatile ServerProcess? process;

    private EmbeddedChain(string program, string folder, int port, ILogger log, CancellationTokenSource stopping)
    {
        (this.program, this.folder, this.port, this.log, this.stopping) = (program, folder, port, log, stopping);
        state = Path.Combine(folder, "state.json");
        Watch = Task.Run(() => WatchAsync(stopping.Token), CancellationToken.None);
    }

    /// <summary>The node's process; null while there is none.</summary>
    public ServerProcess? Process => process;

    /// <summary>Completes when the node is not started again any more.</summary>
    public Task Watch { get; }

    public static string UrlAt(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>anvil's program: the named one, npm's, or the one in the search path. Null when there is none: then wallets can't pay, and everything else works.</summary>
    public static string? Find(string? named)
    {
        if (named is not null) return File.Exists(named) ? named : null;
        var cpu = RuntimeInformation.OSArchitecture is Architecture.Arm64 ? "arm64" : "amd64";
        var system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var file = OperatingSystem.IsWindows() ? "anvil.exe" : "anvil";
        return NpmPackages.Find($"@foundry-rs/anvil-{system}-{cpu}").Select(package => Path.Combine(package, "bin", file)).FirstOrDefault(File.Exists) ?? ServerProcess.Find(file);
    }

    /// <summary>Starts it and returns at once; that it did not come up is said in the log, and the product runs without. <paramref name="stop"/>: from then on it is not started again, and runs until it is disposed of.</summary>
    public static EmbeddedChain Start(string program, string folder, int port, ILogger log, CancellationToken stop) => new(program, folder, port, log, CancellationTokenSource.CreateLinkedTokenSource(stop));

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await Watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // whatever became of it, the node ends
        if (process is { } last)
        {
            await last.StopAsync(TimeSpan.FromSeconds(10));
            last.Dispose();
        }
        stopping.Dispose();
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        string? said = null;
        try
        {
            for (var wait = FirstWait; !ct.IsCancellationRequested; wait = wait < LongestWait ? wait * 2 : wait)
            {
                var began = TimeProvider.System.GetTimestamp();
                if (await StartAsync(ct) is { } failure)
                {
                    if (failure != said) ChainLog.DidNotStart(log, program, said = failure);
                }
                else
                {
                    var code = await process!.ExitAsync(ct);
                    // With its handle goes the pipe on which its guard waits: nothing of it is left when the next one comes.
                    var dead = process;
                    process = null;
                    dead.Dispose();
                    if (TimeProvider.System.GetElapsedTime(began) > Steady) wait = FirstWait;
                    ChainLog.Ended(log, code, wait.TotalSeconds);
                    said = null;
                }
                await Task.Delay(wait, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { return; }
    }

    /// <summary>Null when it answers, else why it does not.</summary>
    private async Task<string?> StartAsync(CancellationToken ct)
    {
        try
        {
            Directory.CreateDirectory(folder);
            MakeRunnable(program);
            var failure = await LaunchAsync(ct);
            // Killed while it wrote: a chain that can't be read is put aside, and a new one begins.
            if (failure is not { IsOfState: true } || !File.Exists(state)) return failure?.Said;
            File.Move(state, state + ".unreadable", overwrite: true);
            ChainLog.Unreadable(log, state + ".unreadable", failure.Said);
            return (await LaunchAsync(ct))?.Said;
        }
        catch (Exception e) when (e is SettingsException or IOException or UnauthorizedAccessException or TimeoutException) { return e.Message; }
    }

    private sealed record Failure(string Said, bool IsOfState);

    private async Task<Failure?> LaunchAsync(CancellationToken ct)
    {
        var said = new List<string>();
        string[] command =
        [
            program, "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--chain-id", "31337", "--hardfork", "cancun", "--order", "fifo", "--silent", "--state", state, "--state-interval", "10",
            "--max-persisted-states", "0", "--timestamp", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        ];
        // Its cache would go to the home folder.
        var started = await ServerProcess.StartAsync("anvil", command, new Dictionary<string, string> { ["HOME"] = folder }, line => { lock (said) said.Add(line); }, ct);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Patience);
        using var http = new HttpClient();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var answers = false;
        try
        {
            while (!started.HasExited && !(answers = await AnswersAsync(http, port, deadline.Token))) await tick.WaitForNextTickAsync(deadline.Token);
        }
        catch (OperationCanceledException) { lock (said) said.Add("It does not answer."); }
        if (answers && !started.HasExited)
        {
            process = started;
            return null;
        }
        // Ended by itself, at another's port or over its file; or it is too slow, which says nothing about the file.
        var ended = started.HasExited;
        await started.KillAsync();
        started.Dispose();
        ct.ThrowIfCancellationRequested();
        lock (said)
        {
            var why = string.Join(' ', said);
            return new Failure(why.Length > 0 ? why : "it ended at once.", ended && !why.Contains("in use", StringComparison.OrdinalIgnoreCase));
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, int port, CancellationToken ct)
    {
        using var question = new ByteArrayContent("""{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"""u8.ToArray());
        question.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var answer = await http.PostAsync(UrlAt(port), question, ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException) { return false; }
    }

    /// <summary>npm's install script, which would do it, is not let run.</summary>
    private static void MakeRunnable(string program)
    {
        if (OperatingSystem.IsWindows() || File.GetUnixFileMode(program).HasFlag(UnixFileMode.OtherExecute)) return;
        try { File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute); }
        catch (UnauthorizedAccessException) { } // another user's: then it is runnable, or its start says why not
    }
}

internal static partial class ChainLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The development chain ({Program}) did not start: {Said} It is tried again; EMBEDDED_CHAIN=off runs without it")]
    public static partial void DidNotStart(ILogger log, string program, string said);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The development chain ended with {Code}; it is started again in {Seconds} s")]
    public static partial void Ended(ILogger log, int code, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The development chain's file can't be read: it is kept as {File}, and a new chain begins ({Said})")]
    public static partial void Unreadable(ILogger log, string file, string said);
}
