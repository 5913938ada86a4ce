using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using EstoSpaces.Contracts;
using Shouldly;

namespace EstoSpaces.Testing;

/// <summary>Short forms for calls and their answers.</summary>
public static class Http
{
    public static Task<HttpResponseMessage> PostAsync(this HttpClient http, string path, object body, string? idempotencyKey = null) => http.SendJsonAsync(HttpMethod.Post, path, body, idempotencyKey);
    public static Task<HttpResponseMessage> PutAsync(this HttpClient http, string path, object body) => http.SendJsonAsync(HttpMethod.Put, path, body);

    public static async Task<HttpResponseMessage> SendJsonAsync(this HttpClient http, HttpMethod method, string path, object? body, string? idempotencyKey = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is string raw) request.Content = new StringContent(raw, Encoding.UTF8, "application/json");
        else if (body is not null) request.Content = JsonContent.Create(body, body.GetType(), null, Wire.Json);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await http.SendAsync(request);
    }

    /// <summary>The body, after checking the status.</summary>
    public static async Task<T> ReadAsync<T>(this Task<HttpResponseMessage> call, int status = 200)
    {
        using var response = await call;
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.AbsolutePath} answered {text}");
        return JsonSerializer.Deserialize<T>(text, Wire.Json)!;
    }

    public static Task<JsonElement> ReadAsync(this Task<HttpResponseMessage> call, int status = 200) => call.ReadAsync<JsonElement>(status);

    public static async Task ShouldBeAsync(this Task<HttpResponseMessage> call, int status)
    {
        using var response = await call;
        ((int)response.StatusCode).ShouldBe(status, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Checks that it is a refusal with problem details: status, stable code, and the field if one is named.</summary>
    public static async Task<JsonElement> ShouldRefuseAsync(this Task<HttpResponseMessage> call, int status, string code, string? param = null)
    {
        using var response = await call;
        var text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, text);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("code").GetString().ShouldBe(code, text);
        problem.GetProperty("request_id").GetString().ShouldNotBeNullOrEmpty();
        if (param is not null) problem.GetProperty("param").GetString().ShouldBe(param, text);
        return problem;
    }
}
