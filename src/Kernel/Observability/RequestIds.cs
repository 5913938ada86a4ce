using System.Collections;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Kernel.Observability;

/// <summary>Gives every request an id (the caller's X-Request-Id when it is sane), answers it, and puts it with the trace id on every log line.</summary>
public static partial class RequestIds
{
    public static void UseRequestIds(this WebApplication app, string service)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("EstoSpaces.Requests");
        app.Use(async (http, next) =>
        {
            var given = http.Request.Headers["X-Request-Id"].ToString();
            var id = given.Length is > 0 and <= 64 && given.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? given : Guid.CreateVersion7().ToString("n");
            http.TraceIdentifier = id;
            http.Response.Headers["X-Request-Id"] = id;
            using var _ = RequestContext.Begin(id, id);
            using var scope = log.BeginScope(new RequestScope(service, id, Activity.Current));
            var began = Stopwatch.GetTimestamp();
            await next(http);
            LogRequest(log, http.Request.Method, http.Request.Path, http.Response.StatusCode, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        });
    }

    /// <summary>What stands on every log line of a request. The text of the trace is made only for lines that are written.</summary>
    private sealed class RequestScope(string service, string id, Activity? activity) : IReadOnlyList<KeyValuePair<string, object>>
    {
        public int Count => 3;

        public KeyValuePair<string, object> this[int index] => index switch
        {
            0 => new("service", service),
            1 => new("request_id", id),
            2 => new("trace_id", activity?.TraceId.ToString() ?? ""),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };

        public IEnumerator<KeyValuePair<string, object>> GetEnumerator()
        {
            for (var i = 0; i < Count; i++) yield return this[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
        public override string ToString() => $"service:{service} request_id:{id}";
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path} {Status} in {Milliseconds:F1} ms")]
    private static partial void LogRequest(ILogger log, string method, string path, int status, double milliseconds);
}
