using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EstoSpaces.GatewayBench;

/// <summary>The programs of a run, each a process of its own on a free port, in a temporary folder.</summary>
internal sealed class Servers : IDisposable
{
    private const string Answer = """{"id":"0190d3b2-7f00-7000-8000-000000000001","title":"Garden flat","price":{"amount":10000,"currency":"EUR"}}""";
    private readonly string folder = Directory.CreateTempSubdirectory("estospaces-bench-").FullName;
    private readonly List<Process> running = [];
    private readonly Dictionary<int, int> byPort = [];
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>What the proxies stand before: nginx, which answers from memory, also in auth's place.</summary>
    public async Task<int> UpstreamAsync()
    {
        var port = FreePort();
        var parameters = key.ExportParameters(false);
        var jwks = JsonSerializer.Serialize(new { keys = new[] { new { kty = "EC", crv = "P-256", alg = "ES256", use = "sig", kid = "bench", x = Url(parameters.Q.X!), y = Url(parameters.Q.Y!) } } });
        await NginxAsync("upstream", port, 1, $$"""
            server { listen 127.0.0.1:{{port}}; keepalive_requests 1000000000; default_type application/json;
              location = /.well-known/jwks.json { return 200 '{{jwks}}'; }
              location = /internal/revoked-sessions { return 200 '{"data":[]}'; }
              location / { return 200 '{{Answer}}'; } }
            """);
        return port;
    }

    public async Task<int> NginxProxyAsync(int upstream)
    {
        var port = FreePort();
        await NginxAsync("proxy", port, 2, $$"""
            upstream up { server 127.0.0.1:{{upstream}}; keepalive 128; keepalive_requests 1000000000; }
            server { listen 127.0.0.1:{{port}}; keepalive_requests 1000000000;
              location / { proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } }
            """);
        return port;
    }

    public async Task<int> HaproxyAsync(int upstream)
    {
        var (port, path) = (FreePort(), Path.Combine(folder, "haproxy.cfg"));
        await File.WriteAllTextAsync(path, $"""
            global
              nbthread 2
              maxconn 4096
            defaults
              mode http
              timeout connect 2s
              timeout client 60s
              timeout server 60s
              option forwardfor
              http-reuse always
            frontend f
              bind 127.0.0.1:{port}
              default_backend b
            backend b
              server s 127.0.0.1:{upstream}

            """);
        byPort[port] = Start("haproxy", ["-q", "-f", path]).Id;
        await AnswersAsync(port, "/");
        return port;
    }

    /// <summary>Our gateway as it runs in a cluster, alone in its process.</summary>
    public async Task<int> GatewayAsync(int upstream, string? redisUrl)
    {
        var port = FreePort();
        var program = Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "estospaces.dll"), "serve", "gateway"], new()
        {
            ["ENVIRONMENT"] = "production", ["JWT_SECRET"] = new string('s', 40), ["API_GATEWAY_PORT"] = $"{port}", ["BIND_ADDRESS"] = "127.0.0.1", ["LOG_LEVEL"] = "warning", ["RATE_LIMIT_PER_MINUTE"] = "50000000",
            ["PROPERTY_SERVICE_URL"] = $"http://127.0.0.1:{upstream}", ["AUTH_SERVICE_URL"] = $"http://127.0.0.1:{upstream}", ["REDIS_URL"] = redisUrl, ["DRAIN_SECONDS"] = "0", ["DISCOVERY"] = "fixed",
        });
        byPort[port] = GatewayProcess = program.Id;
        await AnswersAsync(port, "/health");
        return port;
    }

    public int GatewayProcess { get; private set; }

    public async Task<string> RedisAsync()
    {
        var port = FreePort();
        Start("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]);
        for (var i = 0; i < 100; i++)
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port);
                break;
            }
            catch (SocketException) { await Task.Delay(50); }
        return $"redis://127.0.0.1:{port}";
    }

    /// <summary>An access token as auth would sign it.</summary>
    public string Token()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var head = Url(Encoding.UTF8.GetBytes("""{"alg":"ES256","kid":"bench","typ":"JWT"}"""));
        var body = Url(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
        {
            iss = "estospaces", aud = "estospaces", iat = now, nbf = now, exp = now + 3600, sub = Guid.CreateVersion7().ToString(), sid = Guid.CreateVersion7().ToString(), roles = new[] { "guest" },
            email = "bench@estospaces.example", email_verified = true,
        })));
        return $"{head}.{body}.{Url(key.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256))}";
    }

    /// <summary>What wrk gets out of a port: requests per second, and microseconds of processor time that the program there (with its workers) took for each. Throws when an answer was not good.</summary>
    public async Task<(double PerSecond, double CpuMicros)> WrkAsync(int port, int connections, int seconds, string? token)
    {
        var before = CpuSeconds(byPort[port]);
        string[] header = token is null ? [] : ["-H", $"Authorization: Bearer {token}"];
        using var wrk = Process.Start(new ProcessStartInfo("wrk", ["-t", "1", "-c", $"{connections}", "-d", $"{seconds}s", .. header, $"http://127.0.0.1:{port}/api/v1/properties/1"]) { RedirectStandardOutput = true })!;
        var text = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (text.Contains("Non-2xx", StringComparison.Ordinal)) throw new InvalidOperationException(text);
        var requests = double.Parse(text.Split(" requests in ")[0].Split('\n')[^1], CultureInfo.InvariantCulture);
        return (double.Parse(text.Split("Requests/sec:")[1].Split('\n')[0], CultureInfo.InvariantCulture), (CpuSeconds(byPort[port]) - before) * 1e6 / requests);
    }

    private static double CpuSeconds(int process)
    {
        var ticks = 0L;
        foreach (var folder in Directory.GetDirectories("/proc").Where(d => d[6..].All(char.IsAsciiDigit)))
            try
            {
                var stat = File.ReadAllText(folder + "/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                if (folder == $"/proc/{process}" || fields[1] == $"{process}") ticks += long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
            }
            catch (IOException) { continue; } // it ended meanwhile
        return ticks / 100.0;
    }

    public void Dispose()
    {
        foreach (var process in Enumerable.Reverse(running))
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
        key.Dispose();
        Directory.Delete(folder, true);
    }

    private async Task NginxAsync(string name, int port, int workers, string http)
    {
        var path = Path.Combine(folder, name + ".conf");
        await File.WriteAllTextAsync(path, $$"""
            daemon off; worker_processes {{workers}}; pid {{folder}}/{{name}}.pid; error_log stderr crit;
            events { worker_connections 4096; }
            http { access_log off; client_body_temp_path {{folder}}/{{name}}-body; proxy_temp_path {{folder}}/{{name}}-proxy; fastcgi_temp_path {{folder}}/{{name}}-f; uwsgi_temp_path {{folder}}/{{name}}-u; scgi_temp_path {{folder}}/{{name}}-s;
            {{http}}
            }
            """);
        byPort[port] = Start("nginx", ["-p", folder, "-c", path]).Id;
        await AnswersAsync(port, "/");
    }

    private Process Start(string program, string[] arguments, Dictionary<string, string?>? environment = null)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? [])
            if (value is not null) info.Environment[name] = value;
        var process = Process.Start(info)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        running.Add(process);
        return process;
    }

    private static async Task AnswersAsync(int port, string path)
    {
        using var http = new HttpClient();
        for (var i = 0; i < 300; i++)
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"));
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) { await Task.Delay(100); }
        throw new InvalidOperationException($"nothing answers at {port}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
