using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EstoSpaces.Kernel.Events.Nats;
using Shouldly;

namespace EstoSpaces.Testing;

/// <summary>A real nats-server with JetStream on a free port and a folder of its own, which can be killed, started again and robbed of its data.</summary>
public sealed class NatsServerProcess : IAsyncDisposable
{
    private readonly string folder, program;
    private readonly string configuration;
    private Process? process;

    private NatsServerProcess(string folder, int port, string program, string configuration) => (this.folder, Port, this.program, this.configuration) = (folder, port, program, configuration);

    public int Port { get; }

    /// <summary>The process that runs now.</summary>
    public int ProcessId => process?.Id ?? 0;

    public string Address => $"127.0.0.1:{Port}";
    public string Url => "nats://" + Address;

    /// <summary>Options to connect, without pauses that make tests slow.</summary>
    public NatsOptions Options => new() { Servers = [NatsServer.Parse(Url)], MaxBackOff = TimeSpan.FromMilliseconds(250) };

    /// <summary>Starts it with more lines of configuration, e.g. <c>authorization { token: x }</c>.</summary>
    public static async Task<NatsServerProcess> StartAsync(string configuration = "", bool started = true)
    {
        var program = new[] { "/usr/sbin/nats-server", "/usr/local/bin/nats-server", "/opt/homebrew/bin/nats-server", "/usr/bin/nats-server" }.FirstOrDefault(File.Exists) ?? "nats-server";
        var folder = Path.Combine(Path.GetTempPath(), "estospaces-nats", Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(folder);
        var server = new NatsServerProcess(folder, EstoSpaces.Host.Embedded.LoopbackPorts.AnyLasting(), program, configuration);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.process?.Kill();
        if (started) await server.UpAsync();
        return server;
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task UpAsync()
    {
        var file = Path.Combine(folder, "nats.conf");
        await File.WriteAllTextAsync(file, $"listen: 127.0.0.1:{Port}\njetstream {{ store_dir: \"{folder}/data\", max_mem: 64MB, max_file: 8GB }}\n{configuration}\n");
        process = Process.Start(new ProcessStartInfo(program, ["-c", file, "-l", Path.Combine(folder, "log")]))!;
        await Until.HoldsAsync(async () =>
        {
            process.HasExited.ShouldBeFalse("nats-server ended by itself");
            using var client = new TcpClient();
            try { await client.ConnectAsync(IPAddress.Loopback, Port); return true; }
            catch (SocketException) { return false; }
        }, "nats-server answers");
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (process is null) return;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Takes all that it stored; it has to be stopped.</summary>
    public void DeleteData() => Directory.Delete(Path.Combine(folder, "data"), true);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(folder, true);
    }
}
