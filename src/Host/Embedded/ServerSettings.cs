using System.Globalization;

namespace EstoSpaces.Host.Embedded;

/// <summary>The settings that the embedded server starts with. They are given on its command line, so an old data directory has today's.</summary>
internal static class ServerSettings
{
    // synchronous_commit stays on: what the product acknowledges must survive a power cut here too.
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["listen_addresses"] = "127.0.0.1",
        ["unix_socket_directories"] = "",
        ["max_connections"] = "250",
        ["shared_buffers"] = "256MB",
        ["max_wal_size"] = "2GB",
        ["wal_compression"] = "on",
        ["random_page_cost"] = "1.1",
        ["jit"] = "off",
        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        ["log_min_duration_statement"] = "500",
        ["log_parameter_max_length"] = "0",
        ["log_parameter_max_length_on_error"] = "0",
        ["log_line_prefix"] = "%m [%p] %d ",
        ["idle_in_transaction_session_timeout"] = "60s",
    };

    /// <summary>The value of pg_ctl's -o, quoted for the shell that pg_ctl starts the server with.</summary>
    public static string CommandLine(IReadOnlyDictionary<string, string> chosen, int port)
    {
        var settings = new Dictionary<string, string>(Defaults) { ["port"] = port.ToString(CultureInfo.InvariantCulture) };
        foreach (var (name, value) in chosen) settings[name] = value;
        return string.Join(' ', settings.Select(setting => $"-c {setting.Key}={Quote(setting.Value)}"));
    }

    private static string Quote(string value) =>
        OperatingSystem.IsWindows() ? $"\"{value}\"" : "'" + value.Replace("'", "'\\''") + "'";
}
