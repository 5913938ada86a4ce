using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Discovery;
using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Identity;

/// <summary>
/// For a process that auth does not run in: at the start, and every two seconds while no Redis tells which sessions ended, it asks auth. While auth is away too, what is known stays
/// known, and tokens end by themselves (JWT_EXPIRY).
/// </summary>
public sealed partial class RevokedSessionsFeed : IAsyncDisposable
{
    public const string Path = "/internal/revoked-sessions";
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(2);
    // Auth's clock may differ from ours, and a session may end in a transaction that commits later.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    private readonly RevokedSessions revoked;
    private readonly ServiceTokens tokens;
    private readonly Uri address;
    private readonly ILogger log;
    private readonly HttpClient http;
    private readonly CancellationTokenSource stop = new();
    private readonly Task asking;

    public sealed record Answer(IReadOnlyList<RevokedSession> Data);

    /// <summary>Begins to ask, as the module of this context.</summary>
    public RevokedSessionsFeed(ModuleContext context)
    {
        (revoked, tokens, address, log) = (context.Revoked, new ServiceTokens(context), context.AddressOf("auth"), context.Loggers.CreateLogger<RevokedSessionsFeed>());
        http = new HttpClient(new InstanceHandler(new InstanceChoice(context.Directory, "auth", TimeProvider.System))
        {
            InnerHandler = new SocketsHttpHandler { UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(1), PooledConnectionLifetime = TimeSpan.FromMinutes(5) },
        })
        { Timeout = Within };
        asking = AskAsync(context.Settings.Span("JWT_EXPIRY"), stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await asking;
        http.Dispose();
        stop.Dispose();
    }

    private async Task AskAsync(TimeSpan tokenLife, CancellationToken ct)
    {
        // The first time everything is asked for; a set that was read once is in Redis as long as that lives.
        var since = TimeProvider.System.GetUtcNow() - tokenLife - Overlap;
        var everAnswered = false;
        using var tick = new PeriodicTimer(Every);
        try
        {
            do
            {
                if (everAnswered && revoked.IsShared) continue;
                var now = TimeProvider.System.GetUtcNow();
                if (!await AskAsync(since, ct)) continue;
                (since, everAnswered) = (now - Overlap, true);
            }
            while (await tick.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { return; }
    }

    private async Task<bool> AskAsync(DateTimeOffset since, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, $"{Path}?since={Uri.EscapeDataString(since.ToString("O", CultureInfo.InvariantCulture))}"));
            request.Headers.Authorization = new("Bearer", tokens.For("auth"));
            using var response = await http.SendAsync(request, ct);
            response.EnsureSuccessStatusCode();
            foreach (var session in (await response.Content.ReadFromJsonAsync<Answer>(Wire.Json, ct))!.Data) revoked.Add(session);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            LogAway(e.Message);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Auth does not say which sessions ended: {Reason}")]
    private partial void LogAway(string reason);
}
