using System.Runtime.InteropServices;
using System.Text.Json;

namespace EstoSpaces.Media.Images;

/// <summary>
/// The child's side: decodes uploads handed in on standard input and answers renditions on standard output, until its input ends.
/// It knows no database, no keys and no network; a crash, a hang or a memory blow-up of a decoder costs one job, never the service.
/// </summary>
public static class ImageWorker
{
    // The parent's deadline is shorter. This one is for the parent that died while a decoder hangs: nobody would end the worker otherwise.
    static readonly TimeSpan OrphanDeadline = TimeSpan.FromMinutes(2);

    /// <summary>What the verb <c>image-worker</c> runs. Standard output belongs to the frames: nothing else may write there.</summary>
    public static async Task<int> RunAsync()
    {
        // Ctrl-C reaches every process of the terminal; the parent finishes what runs and then closes our input.
        using var ignored = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        await using var input = Console.OpenStandardInput();
        await using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
        return await RunAsync(input, output, CancellationToken.None);
    }

    /// <summary>Serves one stream of jobs. Returns 0 when the input ends, 1 when libvips is missing.</summary>
    public static async Task<int> RunAsync(Stream input, Stream output, CancellationToken ct)
    {
        var hello = Start();
        await WorkerWire.WriteAsync(output, JsonSerializer.SerializeToUtf8Bytes(hello, WorkerJson.Default.WorkerHello), ct);
        await output.FlushAsync(ct);
        if (!hello.Ready) return 1;

        using var orphan = new Timer(_ => Environment.Exit(2));
        while (true)
        {
            byte[] upload;
            try
            {
                upload = await WorkerWire.ReadAsync(input, ct);
            }
            catch (EndOfStreamException)
            {
                return 0;
            }
            orphan.Change(OrphanDeadline, Timeout.InfiniteTimeSpan);
            var made = Renditions.Make(upload, out var detail);
            orphan.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            await WorkerWire.WriteSetAsync(output, made, detail, ct);
        }
    }

    static WorkerHello Start()
    {
        try
        {
            return new(Ready: true, VipsImage.Start());
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or VipsException)
        {
            return new(Ready: false, error.Message);
        }
    }
}
