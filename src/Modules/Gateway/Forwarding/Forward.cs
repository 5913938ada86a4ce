using System.Diagnostics;
using System.Net;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace EstoSpaces.Gateway;

/// <summary>
/// Sends a request to an instance of its module, by YARP's forwarder. When no connection comes about another instance gets it, whatever the method: nothing was sent. When the connection
/// breaks afterwards only what is safe to repeat is sent again. What can't be answered is refused with upstream_unavailable, upstream_connection_lost or upstream_timeout.
/// </summary>
internal sealed partial class Forward : IDisposable
{
    private static readonly Refusal Unavailable = Refusal.Unavailable("upstream_unavailable", "The service behind this address does not answer right now. Nothing was done; try again in a moment.");
    private static readonly Refusal Lost = Refusal.Unavailable("upstream_connection_lost", "The connection to the service broke before it answered. What you asked for may have been done or not: look, or repeat it with its Idempotency-Key.");
    private static readonly Refusal TimedOut = Refusal.Unavailable("upstream_timeout", "The service behind this address did not answer in time. What you asked for may have been done or not: look, or repeat it with its Idempotency-Key.");
    private static readonly Refusal TooLarge = new("body_too_large", RefusalKind.Invalid, "The body is larger than this endpoint takes.");
    private static readonly TimeSpan IdleTunnel = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);

    private readonly IHttpForwarder forwarder;
    private readonly ILogger log;
    private readonly HttpMessageInvoker client;
    private readonly ForwarderRequestConfig asking;
    private readonly ForwarderRequestConfig tunnelling = Http11(IdleTunnel);

    public Forward(IHttpForwarder forwarder, Settings settings, ILogger<Forward> log)
    {
        (this.forwarder, this.log) = (forwarder, log);
        asking = Http11(settings.Span("GATEWAY_TIMEOUT"));
        client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None, ConnectTimeout = ConnectWithin,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1), // names in DNS are asked again then
            ActivityHeadersPropagator = settings.Has("OTEL_EXPORTER_OTLP_ENDPOINT") ? new ReverseProxyPropagator(DistributedContextPropagator.Current) : null,
        });
    }

    public void Dispose() => client.Dispose();

    /// <summary>Answers the request, one way or another.</summary>
    public async Task SendAsync(HttpContext http, Upstream upstream, long maxBodyBytes)
    {
        if (http.Request.ContentLength > maxBodyBytes) { await Problems.WriteAsync(http, TooLarge); return; }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = maxBodyBytes;
        var isKept = await Retry.KeepBodyAsync(http.Request, http.RequestAborted);
        Destination[] tried = [];
        var last = Attempt.NothingSent;
        while (await NextAsync(upstream, tried, last) is { } destination)
        {
            if (await TryAsync(http, destination) is not { } attempt) return;
            last = attempt;
            if (http.Response.HasStarted || attempt is Attempt.Client or Attempt.TimedOut || (attempt == Attempt.Broken && !Retry.IsSafe(http.Request, isKept))) break;
            tried = [.. tried, destination];
            if (tried.Length == Retry.MostAttempts) break;
            Retry.Rewind(http, isKept);
        }
        await RefuseAsync(http, upstream, last);
    }

    /// <summary>When nobody known could be connected to, the directory looks again: others may have taken their place a moment ago.</summary>
    private static async ValueTask<Destination?> NextAsync(Upstream upstream, Destination[] tried, Attempt last)
    {
        if (upstream.Pick(tried) is { } known) return known;
        if (last != Attempt.NothingSent) return null;
        await upstream.LookAgainAsync();
        return upstream.Pick(tried);
    }

    /// <summary>Null when it was answered.</summary>
    private async Task<Attempt?> TryAsync(HttpContext http, Destination destination)
    {
        TunnelUpgrade? upgrade = null;
        if (http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } inner) http.Features.Set<IHttpUpgradeFeature>(upgrade = new TunnelUpgrade(inner, http, destination));
        destination.Begin();
        try
        {
            var error = await forwarder.SendAsync(http, destination.Prefix, client, upgrade is null ? asking : tunnelling, Passage.Instance);
            if (error == ForwarderError.None || upgrade?.Tunnel is not null || http.Response.HasStarted)
            {
                destination.Answered(http.Items.ContainsKey(Draining.Header));
                return null;
            }
            var exception = http.Features.Get<IForwarderErrorFeature>()?.Exception;
            var attempt = Retry.Judge(http, error, exception);
            LogFailed(log, exception, destination.Prefix, http.Request.Method, http.Request.Path, error);
            if (attempt == Attempt.NothingSent) destination.Refused(Environment.TickCount64);
            else if (attempt != Attempt.Client) destination.Failed(Environment.TickCount64);
            return attempt;
        }
        finally
        {
            destination.End();
            if (upgrade is not null) http.Features.Set(upgrade.Inner);
            if (upgrade?.Tunnel is { } tunnel)
            {
                destination.Remove(tunnel);
                await tunnel.DisposeAsync();
            }
        }
    }

    private async Task RefuseAsync(HttpContext http, Upstream upstream, Attempt last)
    {
        if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested) return;
        if (last == Attempt.Client)
        {
            var tooLarge = http.Features.Get<IForwarderErrorFeature>()?.Exception is { } e && IsTooLarge(e);
            await Problems.WriteAsync(http, tooLarge ? TooLarge : Refusal.Invalid("invalid_request", "The body could not be read."));
            return;
        }
        LogRefused(log, upstream.Module, http.Request.Method, http.Request.Path, last);
        if (last == Attempt.NothingSent) http.Response.Headers.RetryAfter = "1";
        await Problems.WriteAsync(http, last switch
        {
            Attempt.NothingSent => Unavailable,
            Attempt.TimedOut => TimedOut,
            _ => Lost,
        });
    }

    private static ForwarderRequestConfig Http11(TimeSpan within) => new() { ActivityTimeout = within, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static bool IsTooLarge(Exception e) => e is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
        || (e.InnerException is { } inner && IsTooLarge(inner)) || (e as AggregateException)?.InnerExceptions.Any(IsTooLarge) == true;

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Destination} failed {Method} {Path}: {Error}")]
    private static partial void LogFailed(ILogger log, Exception? e, string destination, string method, string path, ForwarderError error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Module} could not answer {Method} {Path}: {Last}")]
    private static partial void LogRefused(ILogger log, string module, string method, string path, Attempt last);
}
