using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace EstoSpaces.Host;

/// <summary>One log writer for all modules of the process: lines for people in development, JSON with request and trace ids elsewhere.</summary>
public static class Loggers
{
    public static ILoggerFactory Create(Settings settings) => LoggerFactory.Create(logging =>
    {
        var level = settings["LOG_LEVEL"]!.ToLowerInvariant() switch
        {
            "trace" => LogLevel.Trace,
            "debug" => LogLevel.Debug,
            "warning" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => LogLevel.Information,
        };
        logging.SetMinimumLevel(level).AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning).AddFilter("Yarp", LogLevel.Error)
            .AddFilter("Polly", LogLevel.Error).AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
            .AddFilter("Microsoft.EntityFrameworkCore.Update", LogLevel.None) // refused by a constraint: the slice answers it
            .AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None)
            .AddFilter("Microsoft.AspNetCore.Diagnostics", LogLevel.None); // logged at our edge, once
        if ((settings["LOG_FORMAT"] ?? (settings.IsProduction ? "json" : "text")) == "json")
            logging.AddJsonConsole(o => (o.IncludeScopes, o.UseUtcTimestamp, o.TimestampFormat) = (true, true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"));
        else
            logging.AddSimpleConsole(o => (o.SingleLine, o.TimestampFormat, o.ColorBehavior) = (true, "HH:mm:ss ", LoggerColorBehavior.Default));
    });
}
