using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using EstoSpaces.Host.Split;
using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Host.Embedded;

/// <summary>
/// An Ethereum node of this process's own for development: anvil, from npm or the search path, on 127.0.0.1 with chain id 31337 and funded accounts whose keys everybody knows. It mines when it is asked to, keeps its chain in a file
/// between runs, and ends with this process, also after kill -9.
/// </summary>
public sealed class EmbeddedChain : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ServerProcess process;

    private EmbeddedChain(ServerProcess process) => this.process = process;

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

    /// <summary>Starts it; null when it does not come up, which is said in the log: the product runs without.</summary>
    public static async Task<EmbeddedChain?> StartAsync(string program, string folder, int port, ILogger log, CancellationToken ct)
    {
        var state = Path.Combine(folder, "state.json");
        try
        {
            Directory.CreateDirectory(folder);
            MakeRunnable(program);
            for (var attempt = 1; ; attempt++)
            {
                var (started, said) = await LaunchAsync(program, folder, state, port, ct);
                if (started is not null) return started;
                ChainLog.DidNotStart(log, program, said);
                if (attempt == 2 || !File.Exists(state)) return null;
                // Killed while it wrote: a chain that can't be read is put aside, and a new one begins.
                File.Move(state, state + ".unreadable", overwrite: true);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { return null; }
        catch (Exception e) when (e is SettingsException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            ChainLog.DidNotStart(log, program, e.Message);
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await process.StopAsync(TimeSpan.FromSeconds(10));
        process.Dispose();
    }

    private static async Task<(EmbeddedChain? Started, string Said)> LaunchAsync(string program, string folder, string state, int port, CancellationToken ct)
    {
        var said = new List<string>();
        string[] command =
        [
            program, "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--chain-id", "31337", "--hardfork", "cancun", "--order", "fifo", "--silent", "--state", state, "--state-interval", "10",
            "--max-persisted-states", "0", "--timestamp", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        ];
        // Its cache would go to the home folder.
        var process = await ServerProcess.StartAsync("anvil", command, new Dictionary<string, string> { ["HOME"] = folder }, line => { lock (said) said.Add(line); }, ct);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Patience);
        using var http = new HttpClient();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!await AnswersAsync(http, port, deadline.Token))
            {
                if (process.HasExited) break;
                await tick.WaitForNextTickAsync(deadline.Token);
            }
            if (!process.HasExited) return (new EmbeddedChain(process), "");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { lock (said) said.Add("it does not answer."); }
        catch (OperationCanceledException)
        {
            await process.KillAsync();
            process.Dispose();
            throw;
        }
        await process.KillAsync();
        process.Dispose();
        lock (said) return (null, string.Join(' ', said));
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
    [LoggerMessage(Level = LogLevel.Error, Message = "The development chain ({Program}) did not start: {Said} EMBEDDED_CHAIN=off runs without it")]
    public static partial void DidNotStart(ILogger log, string program, string said);
}
