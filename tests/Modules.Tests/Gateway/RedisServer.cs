using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Testing;

namespace EstoSpaces.Modules.Tests.Gateway;

/// <summary>A Redis of the test's own (Debian: redis-server), on a free port, without files; it can be killed, stalled and woken.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string[] arguments;
    private readonly string folder = Directory.CreateTempSubdirectory("estospaces-redis-").FullName;
    private Process? process;

    private RedisServer(int port, string[] arguments) => (Port, this.arguments) = (port, arguments);

    public int Port { get; }
    public string Url => $"redis://localhost:{Port}";

    /// <summary>A place for one that is not started yet.</summary>
    public static RedisServer Reserve(params string[] arguments) => new(LoopbackPorts.AnyLasting(), arguments);

    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = Reserve(arguments);
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        string[] port = arguments.Contains("--tls-port") ? ["--port", "0"] : ["--port", $"{Port}"];
        process = Process.Start(new ProcessStartInfo("redis-server", [.. port, "--bind", "127.0.0.1", "::1", "--save", "", "--appendonly", "no", "--dir", folder, .. arguments.Select(a => a == "{port}" ? $"{Port}" : a)])
        { RedirectStandardOutput = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await Until.HoldsAsync(AnswersAsync, "Redis listens");
    }

    public void Kill()
    {
        process?.Kill();
        process?.WaitForExit();
        process = null;
    }

    public void Stall() => Signal("-STOP");
    public void Wake() => Signal("-CONT");

    /// <summary>Sends a command of one line, past our own client.</summary>
    public async Task<string> SendAsync(string command)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync() ?? "";
    }

    public ValueTask DisposeAsync()
    {
        if (process is not null) Wake();
        Kill();
        Directory.Delete(folder, true);
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException) { return false; }
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{process!.Id}"]);
        kill.WaitForExit();
    }
}
