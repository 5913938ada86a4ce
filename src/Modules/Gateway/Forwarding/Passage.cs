using System.Net;
using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace EstoSpaces.Gateway;

/// <summary>
/// What changes on the way through: the request carries its id and who asked (X-Forwarded-For with the peer at its end, -Proto, -Host; what a client claimed for the latter two is
/// replaced), the answer keeps the edge's headers.
/// </summary>
internal sealed class Passage : HttpTransformer
{
    public static readonly Passage Instance = new();

    public override async ValueTask TransformRequestAsync(HttpContext http, HttpRequestMessage request, string prefix, CancellationToken ct)
    {
        await base.TransformRequestAsync(http, request, prefix, ct);
        var (headers, asked) = (request.Headers, http.Request);
        headers.Host = asked.Host.Value;
        Set(request, "X-Request-Id", asked.Headers["X-Request-Id"], http.TraceIdentifier);
        var peer = PeerOf(http);
        var noted = asked.Headers["X-Forwarded-For"];
        Set(request, "X-Forwarded-For", noted, noted.Count == 0 ? peer : $"{noted}, {peer}");
        Set(request, "X-Forwarded-Proto", asked.Headers["X-Forwarded-Proto"], asked.Scheme);
        Set(request, "X-Forwarded-Host", asked.Headers["X-Forwarded-Host"], asked.Host.Value ?? "");
        if (asked.Headers.ContainsKey("X-Forwarded-Prefix")) headers.Remove("X-Forwarded-Prefix");
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext http, HttpResponseMessage? response, CancellationToken ct)
    {
        if (response is null) return base.TransformResponseAsync(http, response, ct);
        // The module answers the id it was given; here it stands already.
        response.Headers.Remove("X-Request-Id");
        if (response.Headers.Remove(Draining.Header)) http.Items[Draining.Header] = true;
        return base.TransformResponseAsync(http, response, ct);
    }

    private static void Set(HttpRequestMessage request, string name, StringValues copied, string value)
    {
        if (copied.Count > 0)
        {
            if (copied.Count == 1 && copied[0] == value) return;
            request.Headers.Remove(name);
        }
        request.Headers.TryAddWithoutValidation(name, value);
    }

    private static string PeerOf(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
