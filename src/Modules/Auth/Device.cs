using EstoSpaces.Kernel.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace EstoSpaces.Auth;

/// <summary>Where a request comes from, as its owner would recognise it.</summary>
public static class Device
{
    private const int MaxUserAgent = 400;

    public static string Address(HttpContext http) => ClientAddress.Of(http);

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
}
