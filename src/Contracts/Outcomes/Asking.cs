using System.Net.Http.Json;
using System.Text.Json;

namespace EstoSpaces.Contracts;

/// <summary>How typed clients ask another module: JSON in and out; a 4xx comes back as the refusal it stands for, anything else that is not success is thrown.</summary>
public static class Asking
{
    /// <summary>GET. Throws <see cref="HttpRequestException"/> when the other side is broken or unreachable.</summary>
    public static async Task<Result<T>> AskAsync<T>(this HttpClient http, string path, CancellationToken ct)
    {
        using var response = await http.GetAsync(path, ct);
        return await ReadAsync<T>(response, ct);
    }

    /// <summary>POST with a JSON body.</summary>
    public static async Task<Result<T>> TellAsync<T>(this HttpClient http, string path, object body, CancellationToken ct)
    {
        using var content = JsonContent.Create(body, body.GetType(), null, Wire.Json);
        using var response = await http.PostAsync(path, content, ct);
        return await ReadAsync<T>(response, ct);
    }

    private static async Task<Result<T>> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.IsSuccessStatusCode)
            return await response.Content.ReadFromJsonAsync<T>(Wire.Json, ct) ?? throw new HttpRequestException($"empty answer from {response.RequestMessage?.RequestUri}");
        if ((int)response.StatusCode is >= 400 and < 500 && response.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
            if (problem.TryGetProperty("code", out var code))
                return new Refusal(code.GetString()!, Kind((int)response.StatusCode),
                    problem.TryGetProperty("detail", out var detail) ? detail.GetString() ?? "" : "",
                    problem.TryGetProperty("param", out var param) ? param.GetString() : null);
        }
        throw new HttpRequestException($"{(int)response.StatusCode} from {response.RequestMessage?.RequestUri?.AbsolutePath}", null, response.StatusCode);
    }

    private static RefusalKind Kind(int status) => status switch
    {
        401 => RefusalKind.Unauthenticated,
        402 => RefusalKind.PaymentRequired,
        403 => RefusalKind.Forbidden,
        404 => RefusalKind.NotFound,
        409 or 412 => RefusalKind.Conflict,
        429 => RefusalKind.TooMany,
        _ => RefusalKind.Invalid,
    };
}
