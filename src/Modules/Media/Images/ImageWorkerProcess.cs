using System.Diagnostics;
using System.Text.Json;
using EstoSpaces.Contracts;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Media.Images;

/// <summary>The worker did not answer a job: it crashed, hung or grew too large. The job may be tried again; the next one gets a new process.</summary>
public sealed class ImageWorkerFailedException(string reason) : Exception(reason);

/// <summary>
/// The parent's side of one worker process: starts it when a job comes, watches its time and memory, and replaces it when it fails.
/// One job at a time; <see cref="ImageWorkerPool"/> hands the jobs out.
/// </summary>
public sealed class ImageWorkerProcess(ImageWorkerSettings settings, ILogger logger) : IAsyncDisposable
{
    // What a decoder needs; above all no database password and no key of ours.
    static readonly string[] PassedOn = ["PATH", "HOME", "LANG", "TMPDIR", "TEMP", "TMP", "SystemRoot", "DOTNET_ROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", VipsLibrary.PathVariable];
    static readonly TimeSpan MemoryWatch = TimeSpan.FromMilliseconds(100);

    Process? process;
    int jobs;
    volatile string? killedFor;

    /// <summary>The process, null while none runs.</summary>
    public int? ProcessId => process is { } running ? running.Id : null;

    /// <summary>When the last job ended, in <see cref="Stopwatch"/> ticks.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Makes the renditions of an upload. Refuses what is no acceptable picture, and with kind Unavailable where libvips is missing. Throws ImageWorkerFailedException.</summary>
    public async Task<Result<PictureSet>> MakeAsync(ReadOnlyMemory<byte> upload, CancellationToken ct)
    {
        if (await StartAsync(ct) is { } refusal) return refusal;
        jobs++;
        return await GuardedAsync(settings.JobDeadline, async deadline =>
        {
            var input = process!.StandardInput.BaseStream;
            await WorkerWire.WriteAsync(input, upload, deadline);
            await input.FlushAsync(deadline);
            var (made, detail) = await WorkerWire.ReadSetAsync(process.StandardOutput.BaseStream, deadline);
            if (made.Refused) Log.PictureRefused(logger, made.Refusal.Code, detail);
            LastUsed = Stopwatch.GetTimestamp();
            return made;
        }, ct);
    }

    /// <summary>Starts a process unless one runs. Refuses where libvips is missing.</summary>
    public async Task<Refusal?> StartAsync(CancellationToken ct)
    {
        if (process is { HasExited: false } && jobs < settings.JobsPerWorker) return null;
        await StopAsync();
        (jobs, killedFor) = (0, null);
        var started = Process.Start(StartInfo()) ?? throw new ImageWorkerFailedException("could not be started");
        process = started;
        started.ErrorDataReceived += (_, line) => { if (!string.IsNullOrEmpty(line.Data)) Log.WorkerSaid(logger, started.Id, line.Data); };
        started.BeginErrorReadLine();
        var hello = await GuardedAsync(settings.StartDeadline, async deadline =>
            JsonSerializer.Deserialize(await WorkerWire.ReadAsync(started.StandardOutput.BaseStream, deadline), WorkerJson.Default.WorkerHello)!, ct);
        if (hello.Ready)
        {
            Log.WorkerStarted(logger, started.Id, hello.Detail);
            LastUsed = Stopwatch.GetTimestamp();
            return null;
        }
        Log.LibraryMissing(logger, hello.Detail);
        await StopAsync();
        return MediaRefusals.ProcessingUnavailable;
    }

    /// <summary>Ends the process: kindly by closing its input, then not.</summary>
    public async Task StopAsync()
    {
        if (process is not { } ending) return;
        process = null;
        using (ending)
        {
            if (ending.HasExited) return;
            try
            {
                ending.StandardInput.Close();
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                await ending.WaitForExitAsync(patience.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException)
            {
                ending.Kill(entireProcessTree: true);
            }
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Runs one exchange under a deadline and a watch on the worker's memory; whatever goes wrong ends the process.</summary>
    async Task<T> GuardedAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> exchange, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(limit);
        using var watch = new Timer(_ => EndIfTooLarge(), null, MemoryWatch, MemoryWatch);
        try
        {
            return await exchange(deadline.Token);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or JsonException or OperationCanceledException)
        {
            var reason = killedFor ?? (error is OperationCanceledException ? "took too long" : "crashed");
            Kill();
            ct.ThrowIfCancellationRequested();
            Log.WorkerFailed(logger, reason);
            throw new ImageWorkerFailedException(reason);
        }
    }

    void EndIfTooLarge()
    {
        try
        {
            if (process is not { } running) return;
            running.Refresh();
            if (running.WorkingSet64 <= settings.MemoryCapBytes) return;
            killedFor = "grew too large";
            running.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended between the two looks, which is what we wanted.
        }
    }

    void Kill()
    {
        if (process is not { } failed) return;
        process = null;
        using (failed)
            if (!failed.HasExited) failed.Kill(entireProcessTree: true);
    }

    ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        var kept = PassedOn.Select(name => (name, value: Environment.GetEnvironmentVariable(name))).Where(v => v.value is not null).ToArray();
        info.Environment.Clear();
        foreach (var (name, value) in kept) info.Environment[name] = value;
        info.Environment["DOTNET_GCHeapHardLimit"] = "0xC000000";   // 192 MB: one upload and its renditions; pixels live outside the managed heap
        info.Environment["DOTNET_gcServer"] = "0";
        info.Environment["DOTNET_EnableDiagnostics"] = "0";

        if (OperatingSystem.IsWindows()) info.FileName = settings.File;
        else
        {
            var addressSpace = settings.AddressSpaceBytes == 0 ? "unlimited" : $"{settings.AddressSpaceBytes / 1024}";
            info.FileName = "/bin/sh";
            foreach (var word in (string[])["-c", $"ulimit -v {addressSpace}; ulimit -c 0; exec \"$@\"", "sh", settings.File]) info.ArgumentList.Add(word);
        }
        foreach (var argument in settings.Arguments) info.ArgumentList.Add(argument);
        return info;
    }
}
