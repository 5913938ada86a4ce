using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Kernel.Hosting;

/// <summary>
/// Who really asks, behind proxies. The peer, when it is outside of our own network; else the last address outside of it that the proxies noted in X-Forwarded-For.
/// What a client claims about itself stands before that and is not believed.
/// </summary>
public static class ClientAddress
{
    private const string Header = "X-Forwarded-For", SchemeHeader = "X-Forwarded-Proto";

    public static string Of(HttpContext http)
    {
        var peer = PeerOf(http);
        if (!IsOurs(peer)) return peer.ToString();
        var client = peer;
        foreach (var noted in http.Request.Headers[Header].ToString().Split(',').Reverse())
        {
            if (!IPAddress.TryParse(noted.Trim(), out var hop)) break;
            client = Plain(hop);
            if (!IsOurs(client)) break;
        }
        return client.ToString();
    }

    /// <summary>
    /// A proxy of ours that ended TLS notes in X-Forwarded-Proto that the client came by https: cookies are then for https only, and addresses of our own begin with it.
    /// Other peers are not believed.
    /// </summary>
    public static void UseClientScheme(this WebApplication app) => app.Use((http, next) =>
    {
        if (http.Request.Headers[SchemeHeader].ToString() == "https" && IsOurs(PeerOf(http))) http.Request.Scheme = "https";
        return next(http);
    });

    /// <summary>Whether the request comes from this machine or its private network, and no proxy noted a caller from elsewhere.</summary>
    public static bool IsInside(HttpContext http) => IPAddress.TryParse(Of(http), out var address) && IsOurs(address);

    /// <summary>Whether one of our proxies noted a caller from elsewhere: how much we have to do is nobody's business there.</summary>
    public static bool IsOutside(HttpContext http) => http.Request.Headers.ContainsKey(Header) && !IsInside(http);

    /// <summary>Notes the peer behind what was noted before: for a call that is made on behalf of this request.</summary>
    public static void HandOn(HttpContext http, HttpRequestMessage call)
    {
        var before = http.Request.Headers[Header].ToString();
        call.Headers.TryAddWithoutValidation(Header, before.Length is > 0 and <= 512 ? $"{before}, {PeerOf(http)}" : PeerOf(http).ToString());
    }

    private static IPAddress PeerOf(HttpContext http) => http.Connection.RemoteIpAddress is { } ip ? Plain(ip) : IPAddress.Loopback;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsOurs(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal) return true;
        var b = address.GetAddressBytes();
        return b.Length == 4 && (b[0] == 10 || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 192 && b[1] == 168));
    }
}
