using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Auth;

/// <summary>The origins of our own pages. A sign-in message that was made for another page is somebody's trick, even when its signature is right.</summary>
public sealed class WalletOrigins
{
    private readonly List<Uri> ours;

    public WalletOrigins(Settings settings)
    {
        var named = (settings["PUBLIC_WEB_URL"] ?? "http://localhost:4200") + "," + settings["ALLOWED_ORIGINS"];
        ours = [.. named.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(n => Uri.TryCreate(n, UriKind.Absolute, out var uri) ? uri : null).OfType<Uri>().Where(u => u.Scheme is "http" or "https")];
    }

    /// <summary>The origin that a message is made for: the asking page's when it is one of ours, else the web application's.</summary>
    public (string Domain, string Origin) For(string? asking) => ours.FirstOrDefault(u => Origin(u) == asking) is { } page ? (Authority(page), Origin(page)) : (Authority(ours[0]), Origin(ours[0]));

    /// <summary>Whether domain, scheme and URI of a message name one and the same of our origins. The URI may have a path.</summary>
    public bool Made(SignInMessage message) => ours.Any(u =>
        message.Domain == Authority(u) && (message.Scheme is null || message.Scheme == u.Scheme) &&
        (message.Uri == Origin(u) || message.Uri.StartsWith(Origin(u) + "/", StringComparison.Ordinal)));

    private static string Origin(Uri uri) => $"{uri.Scheme}://{Authority(uri)}";

    /// <summary>As browsers write it: names in ASCII, the port only where it is not the scheme's.</summary>
    private static string Authority(Uri uri) => (uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost) + (uri.IsDefaultPort ? "" : $":{uri.Port}");
}
