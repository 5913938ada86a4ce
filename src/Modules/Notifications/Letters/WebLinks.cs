using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Notifications;

/// <summary>Addresses that letters lead to. Paths are the web application's.</summary>
public sealed class WebLinks(Settings settings)
{
    public string Web { get; } = (settings["PUBLIC_WEB_URL"] ?? "http://localhost:4200").TrimEnd('/');
    public string Api { get; } = (settings["PUBLIC_API_URL"] ?? "http://localhost:8080").TrimEnd('/');

    public static string Trip(BookingId id) => $"/trips/{id}";
    public static string HostBooking(BookingId id) => $"/host/bookings/{id}";
    public string To(string path) => Web + path;
    public string VerifyEmail(string token) => $"{Web}/verify-email?token={Uri.EscapeDataString(token)}";
    public string ResetPassword(string token) => $"{Web}/reset-password?token={Uri.EscapeDataString(token)}";

    /// <summary>A picture's address as mail programs can load it; null for what is not one.</summary>
    public string? Picture(string? url) => url switch
    {
        null => null,
        ['/', not '/', ..] => Api + url,
        _ => Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is "https" or "http" ? url : null,
    };
}
