using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Hosting;

namespace EstoSpaces.Gateway;

/// <summary>
/// Looks at <c>/health</c> of instances where it matters: where there is another to turn to, or where one is not well. Two looks without an answer in time make it broken, one with an
/// answer mends one that refused connections. What an instance depends on is not looked at: all share that, and refusing everything because of it would only make things worse.
/// </summary>
internal sealed class Probes(Upstreams upstreams, Settings settings) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var (every, within) = (settings.Span("GATEWAY_PROBE_EVERY"), settings.Span("GATEWAY_PROBE_TIMEOUT"));
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false, ConnectTimeout = within, PooledConnectionIdleTimeout = every * 2 }) { Timeout = within };
        using var tick = new PeriodicTimer(every);
        try
        {
            while (await tick.WaitForNextTickAsync(stopping))
                await Task.WhenAll(upstreams.All.SelectMany(u => u.Destinations.Where(d => u.Destinations.Count > 1 || d.Health != Health.Good)).Select(d => LookAsync(http, d, stopping)));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
    }

    private static async Task LookAsync(HttpClient http, Destination destination, CancellationToken ct)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(destination.Instance.Address, "/health"), ct);
            destination.Probed(answered: (int)response.StatusCode < 500, response.Headers.Contains(Draining.Header), refused: false, Environment.TickCount64);
        }
        catch (HttpRequestException e) { destination.Probed(answered: false, isLeaving: false, e.HttpRequestError is HttpRequestError.ConnectionError, Environment.TickCount64); }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { destination.Probed(answered: false, isLeaving: false, refused: false, Environment.TickCount64); }
    }
}
