using System.Diagnostics;
using EstoSpaces.Testing;
using Shouldly;

namespace EstoSpaces.System.Tests;

/// <summary>All modules in one process, `up`, which can be killed and started again on the same data.</summary>
public sealed class OneProcess : RunningProduct
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "estospaces.dll");
    private Process? process;

    private OneProcess() { }

    public static async Task<OneProcess> StartAsync()
    {
        var product = new OneProcess();
        await product.UpAsync();
        return product;
    }

    /// <summary>Starts the process and waits until every module is ready.</summary>
    public async Task UpAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Program, "up"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        foreach (var module in Host.Modules.All())
        {
            using var client = new HttpClient { BaseAddress = AddressOf(module.Facts.Name), Timeout = TimeSpan.FromSeconds(5) };
            await Until.HoldsAsync(async () =>
            {
                process.HasExited.ShouldBeFalse($"the product ended by itself:\n{Output}");
                try { return (await client.GetAsync("/ready")).IsSuccessStatusCode; }
                catch (HttpRequestException) { return false; }
                catch (TaskCanceledException) { return false; }
            }, $"{module.Facts.Service} is ready", seconds: 90);
        }
    }

    /// <summary>As the kernel's out-of-memory killer would: no warning, no clean-up.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var term = Process.Start("kill", ["-TERM", process!.Id.ToString()])!;
        await term.WaitForExitAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    public override async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false }) await StopAsync();
        process?.Dispose();
        RemoveFolder();
    }
}
