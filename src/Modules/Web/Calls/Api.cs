using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Web.Sessions;
using EstoSpaces.Web.Text;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Web.Calls;

/// <summary>
/// What the pages know of the product: the public API at the gateway, asked in the visitor's name and language. A refusal comes back as a value; so does a service that
/// does not answer within ten seconds (<c>temporarily_unavailable</c>), so that a page can always say something calm.
/// </summary>
public sealed class Api(HttpClient http, VisitorSession session, IHttpContextAccessor accessor)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>The other side is down or too slow.</summary>
    public static readonly Refusal Down = Refusal.Unavailable("temporarily_unavailable", "A part of the service does not answer right now. Nothing was lost; try again in a moment.");

    private HttpContext? Context => accessor.HttpContext;

    public Task<Result<T>> GetAsync<T>(string path) => AskAsync<T>(HttpMethod.Get, path, null, null, null);

    /// <summary>Several of these may be asked at once. Origin: of the page that asks, where the service wants to know.</summary>
    public Task<Result<T>> PostAsync<T>(string path, object? body = null, string? idempotencyKey = null, string? origin = null) => AskAsync<T>(HttpMethod.Post, path, Json(body), idempotencyKey, null, origin);

    public Task<Result<T>> PutAsync<T>(string path, object body, long? version = null) => AskAsync<T>(HttpMethod.Put, path, Json(body), null, version);

    public Task<Result<T>> DeleteAsync<T>(string path, object? body = null) => AskAsync<T>(HttpMethod.Delete, path, body is null ? null : Json(body), null, null);

    /// <summary>For uploads: the content is sent as it is.</summary>
    public Task<Result<T>> PostContentAsync<T>(string path, HttpContent content) => AskAsync<T>(HttpMethod.Post, path, content, null, null);

    /// <summary>For calls whose answer has no body.</summary>
    public Task<Result<Nothing>> TellAsync(string path, object? body = null, string? idempotencyKey = null) => PostAsync<Nothing>(path, body, idempotencyKey);

    /// <summary>An answer that is handed on as it is: a file, a picture. The caller disposes it; throws <see cref="HttpRequestException"/> when the gateway is down.</summary>
    public async Task<HttpResponseMessage> FetchAsync(string path, CancellationToken ct)
    {
        using var request = Request(HttpMethod.Get, path, null);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    private async Task<Result<T>> AskAsync<T>(HttpMethod method, string path, HttpContent? content, string? idempotencyKey, long? version, string? origin = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Context?.RequestAborted ?? CancellationToken.None);
        deadline.CancelAfter(Deadline);
        try
        {
            using var request = Request(method, path, content);
            if (!string.IsNullOrEmpty(origin)) request.Headers.TryAddWithoutValidation("Origin", origin);
            if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
            if (version is { } seen) request.Headers.TryAddWithoutValidation("If-Match", $"\"{seen}\"");
            using var response = await http.SendAsync(request, deadline.Token);
            return await ReadAsync<T>(response, deadline.Token);
        }
        catch (HttpRequestException) { return Down; }
        catch (OperationCanceledException) when (Context?.RequestAborted.IsCancellationRequested != true) { return Down; }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (session.AccessToken is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (Context is not { } context) return request;
        request.Headers.TryAddWithoutValidation("Accept-Language", Texts.For(context).Language);
        ClientAddress.HandOn(context, request);
        request.Headers.TryAddWithoutValidation("X-Request-Id", context.TraceIdentifier);
        request.Headers.TryAddWithoutValidation("User-Agent", context.Request.Headers.UserAgent.ToString());
        return request;
    }

    private static JsonContent? Json(object? body) => body is null ? null : JsonContent.Create(body, body.GetType(), null, Wire.Json);

    private static async Task<Result<T>> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
        {
            if (typeof(T) == typeof(Nothing) || response.StatusCode == HttpStatusCode.NoContent) return default(T)!;
            return await response.Content.ReadFromJsonAsync<T>(Wire.Json, ct) is { } value ? value : Down;
        }
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json") return Down;
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
        return new Refusal(Text(problem, "code") ?? "internal_error", KindOf(response.StatusCode), Text(problem, "detail") ?? "", Text(problem, "param"));
    }

    private static string? Text(JsonElement problem, string name) => problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static RefusalKind KindOf(HttpStatusCode status) => (int)status switch
    {
        401 => RefusalKind.Unauthenticated,
        402 => RefusalKind.PaymentRequired,
        403 => RefusalKind.Forbidden,
        404 => RefusalKind.NotFound,
        409 or 412 => RefusalKind.Conflict,
        429 => RefusalKind.TooMany,
        >= 500 => RefusalKind.Unavailable,
        _ => RefusalKind.Invalid,
    };
}

/// <summary>The answer of a call that answers nothing.</summary>
public readonly record struct Nothing;
