using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace EstoSpaces.Auth;

/// <summary>Where a request comes from, as its owner would recognise it.</summary>
public static class Device
{
    private const int MaxUserAgent = 400;

    /// <summary>The client's address: the last one outside of our own network that the proxies noted, when the request came through them; else the peer. What a client claims about itself stands before that and is not believed.</summary>
    public static string Address(HttpContext http)
    {
        var peer = http.Connection.RemoteIpAddress is { } ip ? ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip : IPAddress.Loopback;
        if (!IsOurs(peer)) return peer.ToString();
        var client = peer;
        foreach (var noted in http.Request.Headers["X-Forwarded-For"].ToString().Split(',').Reverse())
        {
            if (!IPAddress.TryParse(noted.Trim(), out var hop)) break;
            client = hop.IsIPv4MappedToIPv6 ? hop.MapToIPv4() : hop;
            if (!IsOurs(client)) break;
        }
        return client.ToString();
    }

    public static string? UserAgent(HttpContext http)
    {
        var text = new string([.. http.Request.Headers[HeaderNames.UserAgent].ToString().Where(c => !char.IsControl(c)).Take(MaxUserAgent)]);
        return text.Length == 0 ? null : text;
    }

    /// <summary>"Firefox on Windows": enough to tell one's own devices apart.</summary>
    public static string Describe(string? agent)
    {
        if (agent is null) return "Unknown device";
        var program = First(agent, ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("SamsungBrowser/", "Samsung Internet"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"));
        var system = First(agent, ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"));
        return (program, system) switch
        {
            (null, null) => agent.Split('/', ' ')[0],
            (null, _) => system,
            (_, null) => program,
            _ => $"{program} on {system}",
        };
    }

    private static string? First(string agent, params (string Sign, string Name)[] known) => known.FirstOrDefault(k => agent.Contains(k.Sign, StringComparison.Ordinal)).Name;

    private static bool IsOurs(IPAddress peer)
    {
        if (IPAddress.IsLoopback(peer) || peer.IsIPv6UniqueLocal || peer.IsIPv6LinkLocal) return true;
        var b = peer.GetAddressBytes();
        return b.Length == 4 && (b[0] == 10 || b[0] == 172 && b[1] is >= 16 and < 32 || b[0] == 192 && b[1] == 168);
    }
}
