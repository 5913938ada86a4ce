using System.Net.Http.Headers;
using System.Text.Json;
using EstoSpaces.Testing;

namespace EstoSpaces.Modules.Tests.Sandbox;

/// <summary>An answer of the card network.</summary>
public sealed record CardAnswer(int Status, JsonElement Body, HttpResponseHeaders Headers)
{
    public string? this[string name] => Body.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;
    public JsonElement Error => Body.GetProperty("error");
    public string? ErrorCode => Error.TryGetProperty("code", out var code) ? code.GetString() : null;
}

/// <summary>Calls to the card network as Stripe's clients make them: form-encoded, with a key.</summary>
public sealed class CardNetwork(TestProduct product)
{
    public const string Card = "payment_method_data[card]";
    private readonly HttpClient http = product.ClientOf("sandbox");

    public Task<CardAnswer> PostAsync(string path, Dictionary<string, string> form, string? idempotencyKey = null, string apiKey = "sk_test_tests") =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(form), idempotencyKey, apiKey);

    public Task<CardAnswer> GetAsync(string path, string apiKey = "sk_test_tests") => SendAsync(HttpMethod.Get, path, null, null, apiKey);

    /// <summary>A payment of a card by its number, confirmed at once.</summary>
    public Task<CardAnswer> PayAsync(string number, long amount = 1000, string? idempotencyKey = null) => PostAsync("payment_intents", new()
    {
        ["amount"] = amount.ToString(), ["currency"] = "eur", ["confirm"] = "true", ["payment_method_types[]"] = "card", ["return_url"] = "http://shop.example/back",
        ["payment_method_data[type]"] = "card", [Card + "[number]"] = number, [Card + "[exp_month]"] = "12", [Card + "[exp_year]"] = "2034", [Card + "[cvc]"] = "123",
    }, idempotencyKey);

    /// <summary>An intent that nobody has confirmed yet.</summary>
    public Task<CardAnswer> OpenAsync(long amount = 1000, string? idempotencyKey = null) =>
        PostAsync("payment_intents", new() { ["amount"] = amount.ToString(), ["currency"] = "eur", ["metadata[booking_id]"] = "b1" }, idempotencyKey);

    /// <summary>Turns the switches for tests.</summary>
    public Task SwitchAsync(object rules) => http.PostAsync("/sandbox/stripe/webhooks", rules).ShouldBeAsync(200);

    public Task ReleaseAsync(string order) => http.PostAsync("/sandbox/stripe/webhooks/release", new { order }).ShouldBeAsync(200);

    public async Task<IReadOnlyList<JsonElement>> DeliveriesAsync(string intent) =>
        [.. (await http.GetAsync($"/sandbox/stripe/deliveries.json?payment_intent={intent}").ReadAsync()).GetProperty("data").EnumerateArray()];

    private async Task<CardAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, string? idempotencyKey, string apiKey)
    {
        using var request = new HttpRequestMessage(method, "/stripe/v1/" + path) { Content = content };
        request.Headers.Authorization = new("Bearer", apiKey);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await http.SendAsync(request);
        return new((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement, response.Headers);
    }
}
