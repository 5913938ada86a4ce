using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace EstoSpaces.Kernel.Outcomes;

/// <summary>The one place where refusals become HTTP: RFC 9457 problem details with <c>code</c>, <c>param</c> and <c>request_id</c>.</summary>
public static class Problems
{
    public static int StatusOf(Refusal refusal) => refusal.Code switch
    {
        // What HTTP has a status of its own for.
        "edited_meanwhile" => 412,
        "body_too_large" => 413,
        "unsupported_media_type" => 415,
        "method_not_allowed" => 405,
        "upstream_connection_lost" => 502,
        "upstream_timeout" => 504,
        _ => StatusOf(refusal.Kind),
    };

    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => 400,
        RefusalKind.Unauthenticated => 401,
        RefusalKind.PaymentRequired => 402,
        RefusalKind.Forbidden => 403,
        RefusalKind.NotFound => 404,
        RefusalKind.Conflict => 409,
        RefusalKind.TooMany => 429,
        RefusalKind.Unavailable => 503,
        _ => throw new InvalidOperationException($"no status for {kind}"),
    };

    /// <summary>If-Match named another version than the one that is stored.</summary>
    public static readonly Refusal EditedMeanwhile = Refusal.Conflict("edited_meanwhile", "Somebody changed this since you read it. Read it again and repeat your change.");

    /// <summary>The HTTP answer to a refusal.</summary>
    public static ProblemResult ToProblem(this Refusal refusal) => new(refusal);

    public static Task WriteAsync(HttpContext http, Refusal refusal) => new ProblemResult(refusal).ExecuteAsync(http);
}

/// <summary>Writes a refusal as <c>application/problem+json</c>.</summary>
public sealed class ProblemResult(Refusal refusal) : IResult, IEndpointMetadataProvider
{
    public Refusal Refusal => refusal;

    public Task ExecuteAsync(HttpContext http)
    {
        var status = Problems.StatusOf(refusal);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/problem+json";
        http.Response.Headers.CacheControl = "no-store";
        if (status == 401) http.Response.Headers.WWWAuthenticate = "Bearer";
        if (status == 503 && http.Response.Headers.RetryAfter.Count == 0) http.Response.Headers.RetryAfter = "1";
        var body = new ProblemBody($"https://estospaces.example/errors#{refusal.Code}", Title(status), status, refusal.Message, refusal.Code, refusal.Param, RequestContext.CausationId ?? http.TraceIdentifier);
        return JsonSerializer.SerializeAsync(http.Response.Body, body, Wire.Json, http.RequestAborted);
    }

    public static void PopulateMetadata(System.Reflection.MethodInfo method, Microsoft.AspNetCore.Builder.EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(400, typeof(ProblemDetails), ["application/problem+json"]));

    private static string Title(int status) => status switch
    {
        400 => "The request is not valid",
        401 => "Sign in first",
        402 => "Payment needed",
        403 => "Not allowed",
        404 => "Not found",
        409 => "Conflict",
        412 => "Changed meanwhile",
        429 => "Too many requests",
        502 => "No answer came",
        503 => "Unavailable for the moment",
        504 => "No answer in time",
        _ => "Something went wrong",
    };

    private sealed record ProblemBody(string Type, string Title, int Status, string Detail, string Code, string? Param, string RequestId);
}
