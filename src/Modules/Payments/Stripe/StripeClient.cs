using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace EstoSpaces.Payments.Stripe;

/// <summary>
/// Stripe's REST interface, as far as we use it; form-encoded, version pinned (no SDK is in the package feed; Stripe.net would replace it). Every POST carries an Idempotency-Key,
/// which is what makes trying again safe: a lost answer is answered again by Stripe, not done again.
/// </summary>
public sealed partial class StripeClient(HttpClient http, ILogger<StripeClient> log)
{
    public const string Version = "2024-06-20";
    private const int Attempts = 3;
    private static readonly TimeSpan AttemptDeadline = TimeSpan.FromSeconds(8);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public Task<StripeReply<StripeIntent>> CreateIntentAsync(StripeForm form, string key, CancellationToken ct) => PostAsync<StripeIntent>("v1/payment_intents", form, key, ct);
    public Task<StripeReply<StripeIntent>> GetIntentAsync(string id, CancellationToken ct) => GetAsync<StripeIntent>($"v1/payment_intents/{Uri.EscapeDataString(id)}", ct);
    public Task<StripeReply<StripeIntent>> ConfirmIntentAsync(string id, StripeForm form, string key, CancellationToken ct) => PostAsync<StripeIntent>($"v1/payment_intents/{Uri.EscapeDataString(id)}/confirm", form, key, ct);
    public Task<StripeReply<StripeIntent>> CancelIntentAsync(string id, string key, CancellationToken ct) => PostAsync<StripeIntent>($"v1/payment_intents/{Uri.EscapeDataString(id)}/cancel", new StripeForm(), key, ct);
    public Task<StripeReply<StripeSession>> CreateSessionAsync(StripeForm form, string key, CancellationToken ct) => PostAsync<StripeSession>("v1/checkout/sessions", form, key, ct);
    public Task<StripeReply<StripeSession>> GetSessionAsync(string id, CancellationToken ct) => GetAsync<StripeSession>($"v1/checkout/sessions/{Uri.EscapeDataString(id)}", ct);
    public Task<StripeReply<StripeSession>> ExpireSessionAsync(string id, string key, CancellationToken ct) => PostAsync<StripeSession>($"v1/checkout/sessions/{Uri.EscapeDataString(id)}/expire", new StripeForm(), key, ct);
    public Task<StripeReply<StripeRefund>> CreateRefundAsync(StripeForm form, string key, CancellationToken ct) => PostAsync<StripeRefund>("v1/refunds", form, key, ct);
    public Task<StripeReply<StripeRefund>> GetRefundAsync(string id, CancellationToken ct) => GetAsync<StripeRefund>($"v1/refunds/{Uri.EscapeDataString(id)}", ct);

    private Task<StripeReply<T>> GetAsync<T>(string path, CancellationToken ct) where T : class => SendAsync<T>(() => new HttpRequestMessage(HttpMethod.Get, path), ct);

    private Task<StripeReply<T>> PostAsync<T>(string path, StripeForm form, string key, CancellationToken ct) where T : class => SendAsync<T>(() =>
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Fields) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return request;
    }, ct);

    private async Task<StripeReply<T>> SendAsync<T>(Func<HttpRequestMessage> make, CancellationToken ct) where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = make();
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
            deadline.CancelAfter(AttemptDeadline);
            try
            {
                using var response = await http.SendAsync(request, deadline.Token);
                if (!MayRepeat(response) || attempt == Attempts) return await ReadAsync<T>(response, deadline.Token);
                LogRepeats(request.Method.Method, request.RequestUri!.ToString(), attempt, ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (HttpRequestException e) when (e is not StripeUnavailableException)
            {
                if (attempt == Attempts) throw new StripeUnavailableException($"Stripe can't be reached: {e.Message}", e);
                LogRepeats(request.Method.Method, request.RequestUri!.ToString(), attempt, e.Message);
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                if (attempt == Attempts) throw new StripeUnavailableException("Stripe does not answer in time", e);
                LogRepeats(request.Method.Method, request.RequestUri!.ToString(), attempt, "no answer in time");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100 * Math.Pow(3, attempt - 1) * (0.5 + Random.Shared.NextDouble())), ct);
        }
    }

    /// <summary>409 is another request with the same key still running; Stripe itself says when repeating is of no use.</summary>
    private static bool MayRepeat(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError
        && !(response.Headers.TryGetValues("Stripe-Should-Retry", out var should) && should.Contains("false"));

    private static async Task<StripeReply<T>> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct) where T : class
    {
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
            throw new StripeUnavailableException($"Stripe answers {(int)response.StatusCode}: {await ErrorTextAsync(response, ct)}");
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        try
        {
            if (response.IsSuccessStatusCode) return new StripeReply<T>(await JsonSerializer.DeserializeAsync<T>(body, Json, ct), null);
            var envelope = await JsonSerializer.DeserializeAsync<StripeErrorEnvelope>(body, Json, ct);
            return new StripeReply<T>(null, envelope?.Error ?? throw new StripeUnavailableException($"Stripe answers {(int)response.StatusCode} without a reason"));
        }
        catch (JsonException e) { throw new StripeUnavailableException($"Stripe answers {(int)response.StatusCode} with something that is no JSON of its", e); }
    }

    private static async Task<string> ErrorTextAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct);
        return text.Length > 300 ? text[..300] : text;
    }

    public static T? Parse<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<T>(json, Json);

    internal static void Configure(HttpClient http, StripeSettings settings)
    {
        http.BaseAddress = new Uri(settings.BaseUrl.TrimEnd('/') + "/");
        http.Timeout = Timeout.InfiniteTimeSpan; // each attempt has its own deadline
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", settings.SecretKey);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Stripe-Version", Version);
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "EstoSpaces/1.0");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Stripe: {Method} {Path} is repeated after try {Attempt}: {Why}")]
    private partial void LogRepeats(string method, string path, int attempt, string why);
}

/// <summary>Stripe is away, or does not let us in: whether something was done is not known. 503 at the edge; what was under way is reconciled later.</summary>
public sealed class StripeUnavailableException(string message, Exception? inner = null) : HttpRequestException(message, inner);
