using Microsoft.AspNetCore.Builder;

namespace EstoSpaces.Kernel.Hosting;

/// <summary>
/// The way out of a process, between the signal and the stop: it is named nowhere any more, says so at <c>/ready</c> (503), and still answers everything. Whoever keeps connections
/// is asked to let go of them. DRAIN_SECONDS is how long that lasts: long enough for registry, load balancer and gateways to have noticed.
/// </summary>
public sealed class Draining : IDisposable
{
    public const string Header = "X-Draining";
    private readonly CancellationTokenSource begun = new();

    public bool HasBegun => begun.IsCancellationRequested;

    /// <summary>Register here what must happen first, e.g. leaving the registry.</summary>
    public CancellationToken Begun => begun.Token;

    public void Begin() => begun.Cancel();
    public void Dispose() => begun.Dispose();

    /// <summary>While draining, each answer is the last on its connection, and says why.</summary>
    public void Use(WebApplication app) => app.Use((http, next) =>
    {
        if (begun.IsCancellationRequested && http.Request.Headers.Upgrade.Count == 0)
        {
            http.Response.Headers.Connection = "close";
            http.Response.Headers[Header] = "true";
        }
        return next(http);
    });
}
