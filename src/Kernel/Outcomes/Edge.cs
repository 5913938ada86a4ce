using System.Text.Json;
using EstoSpaces.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Kernel.Outcomes;

/// <summary>The edge of every module, where exceptions are caught once: bad input becomes 400, broken infrastructure 503, a bug 500 without its details.</summary>
public static partial class Edge
{
    public static void UseProblems(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("EstoSpaces.Edge");
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            SuppressDiagnosticsCallback = _ => true, // logged here, once
            StatusCodeSelector = _ => 500,
            ExceptionHandler = http =>
            {
                var exception = http.Features.Get<IExceptionHandlerFeature>()!.Error;
                var refusal = RefusalFor(exception);
                if (refusal is null) LogBug(log, exception, http.Request.Method, http.Request.Path);
                else if (refusal.Kind == RefusalKind.Unavailable) LogUnavailable(log, exception, http.Request.Method, http.Request.Path);
                return refusal is null ? WriteBugAsync(http) : Problems.WriteAsync(http, refusal);
            },
        });
        app.UseStatusCodePages(context => StatusOnly(context.HttpContext) is { } refusal ? Problems.WriteAsync(context.HttpContext, refusal) : Task.CompletedTask);
    }

    private static Refusal? RefusalFor(Exception e) => e switch
    {
        BadHttpRequestException { StatusCode: 413 } => new Refusal("body_too_large", RefusalKind.Invalid, "The body is larger than this endpoint takes."),
        BadHttpRequestException { InnerException: JsonException json } => Refusal.Invalid("invalid_json", Explain(json), json.Path is { Length: > 2 } path ? path[2..] : null),
        BadHttpRequestException bad => Refusal.Invalid("invalid_request", bad.Message),
        DbUpdateConcurrencyException => Problems.EditedMeanwhile,
        DbUpdateException { InnerException: PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } } or
            PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } =>
            Refusal.Invalid("invalid_text", "A text contains a character that can't be stored."),
        HttpRequestException or TimeoutException => Unavailable,
        NpgsqlException broken when IsAway(broken) => Unavailable,
        // EF Core wraps what it takes for transient.
        DbUpdateException { InnerException: NpgsqlException broken } when IsAway(broken) => Unavailable,
        InvalidOperationException { InnerException: NpgsqlException broken } when IsAway(broken) => Unavailable,
        InvalidOperationException { InnerException: DbUpdateException { InnerException: NpgsqlException broken } } when IsAway(broken) => Unavailable,
        InvalidOperationException { InnerException: TimeoutException } => Unavailable,
        _ => null,
    };

    private static readonly Refusal Unavailable =
        Refusal.Unavailable("temporarily_unavailable", "A part of the service does not answer right now. Nothing was lost; try again in a moment.");

    /// <summary>The database is away or stops, rather than refusing what it was asked.</summary>
    private static bool IsAway(NpgsqlException e) => e.IsTransient || e is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow };

    private static string Explain(JsonException json) =>
        json.Message.Contains("missing required properties", StringComparison.Ordinal) ? json.Message[..(json.Message.IndexOf('.', json.Message.IndexOf(':', StringComparison.Ordinal)) + 1)].Replace("JSON deserialization for type", "The body for", StringComparison.Ordinal)
        : $"The body is not the JSON that is expected here{(json.Path is { Length: > 2 } path ? $" (at {path[2..]})" : "")}.";

    private static Refusal? StatusOnly(HttpContext http) => http.Response.StatusCode switch
    {
        400 => Refusal.Invalid("invalid_request", "The request is not valid."),
        401 => Refusal.Unauthenticated("authentication_required", "Send a valid access token as Authorization: Bearer …"),
        403 => Refusal.Forbidden("not_allowed", "Your account may not do this."),
        404 => Refusal.NotFound("no_such_path", "There is nothing at this address."),
        405 => new Refusal("method_not_allowed", RefusalKind.NotFound, "This address does not take that method."),
        413 => new Refusal("body_too_large", RefusalKind.Invalid, "The body is larger than this endpoint takes."),
        415 => Refusal.Invalid("unsupported_media_type", "Send the body as application/json."),
        429 => Refusal.TooMany("too_many_requests", "Too many requests. Wait a moment."),
        502 or 503 or 504 => Refusal.Unavailable("temporarily_unavailable", "A part of the service does not answer right now. Try again in a moment."),
        _ => null,
    };

    private static Task WriteBugAsync(HttpContext http)
    {
        http.Response.StatusCode = 500;
        http.Response.ContentType = "application/problem+json";
        return JsonSerializer.SerializeAsync(http.Response.Body, new
        {
            type = "https://estospaces.example/errors#internal_error", title = "Something went wrong", status = 500, detail = "It is our mistake. It has been noted; try again later.",
            code = "internal_error", request_id = Observability.RequestContext.CausationId ?? http.TraceIdentifier,
        }, Wire.Json, http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} hit a bug")]
    private static partial void LogBug(ILogger log, Exception e, string method, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} could not be served now")]
    private static partial void LogUnavailable(ILogger log, Exception e, string method, string path);
}
