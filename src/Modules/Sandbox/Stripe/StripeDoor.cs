using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EstoSpaces.Sandbox.Stripe.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Npgsql;

namespace EstoSpaces.Sandbox.Stripe;

/// <summary>What answers one kind of call: the open transaction, the parameters, and the <c>{id}</c> of the path (or an empty string).</summary>
internal delegate Task<StripeAnswer> StripeHandler(StripeWork work, StripeParams given, string id);

/// <summary>Which keys a call accepts.</summary>
internal enum KeyKind
{
    Secret,

    /// <summary>Also a publishable key, for calls that Stripe.js makes from the page.</summary>
    Publishable,
}

/// <summary>
/// The door that every API call comes through: key, parameters, Idempotency-Key, one transaction, expansion, answer.
/// A handler's effects and the kept answer are committed together, so a crash loses both or neither.
/// </summary>
internal sealed class StripeDoor(NpgsqlDataSource database, TimeProvider clock, SandboxSettings settings, WebhookBell bell)
{
    static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public async Task Answer(HttpContext http, StripeHandler handler, KeyKind accepts)
    {
        AllowPages(http.Response.Headers);
        var request = http.Request;
        var key = request.Headers["Idempotency-Key"].ToString();
        var given = await Read(request, http.RequestAborted);
        var apiKey = ApiKey(request, given);
        var call = new StripeCall(
            StripeIds.New("req", 14), request.Headers["Stripe-Version"] is [{ Length: > 0 } version, ..] ? version : given.Text("_stripe_version") ?? StripeWork.DefaultVersion,
            key.Length == 0 || !HttpMethods.IsPost(request.Method) ? null : key,
            apiKey?.StartsWith("pk_", StringComparison.Ordinal) == true, PublicUrl(request), CancellationToken.None);

        http.Response.Headers["Request-Id"] = call.RequestId;
        http.Response.Headers["Stripe-Version"] = call.Version;
        if (call.IdempotencyKey is not null) http.Response.Headers["Idempotency-Key"] = call.IdempotencyKey;

        if (Unauthorised(apiKey, call.Publishable, accepts) is { } refused)
        {
            await Write(http, refused.Status, refused.Body.ToJsonString(Indented));
            return;
        }
        if (call.IdempotencyKey?.Length > 255)
        {
            var tooLong = StripeAnswer.Idempotency(400, "Idempotency-Key must be at most 255 characters.");
            await Write(http, 400, tooLong.Body.ToJsonString(Indented));
            return;
        }
        await Run(http, call, given, handler);
    }

    async Task Run(HttpContext http, StripeCall call, StripeParams given, StripeHandler handler)
    {
        // Work that has begun is finished even when the caller hangs up: he may ask again under the same key.
        await using var connection = await database.OpenConnectionAsync(call.Aborted);
        await using var transaction = await connection.BeginTransactionAsync(call.Aborted);
        var work = new StripeWork(connection, clock, call);

        var fingerprint = Fingerprint(given);
        if (call.IdempotencyKey is { } key)
        {
            if (await Idempotency.Claim(work, key, http.Request.Path, fingerprint) is { } kept)
            {
                if (kept.Replayed)
                {
                    http.Response.Headers["Idempotent-Replayed"] = "true";
                    http.Response.Headers["Original-Request"] = kept.RequestId;
                }
                await Write(http, kept.Status, kept.Body);
                return;
            }
            http.Response.Headers["Original-Request"] = call.RequestId;
        }
        if (HttpMethods.IsPost(http.Request.Method) && await DeliveryRules.FailsThisRequest(work))
        {
            await transaction.CommitAsync(call.Aborted);
            var broken = StripeAnswer.ApiError("An unexpected error occurred. This has been noted; please try again.");
            await Write(http, broken.Status, broken.Body.ToJsonString(Indented));
            return;
        }

        var id = http.Request.RouteValues.TryGetValue("id", out var value) ? (string)value! : "";
        var answer = await handler(work, given, id);
        if (answer.Status == 200 && await Expansion.Expand(work, answer.Body, given.List("expand")) is { } notExpandable) answer = notExpandable;
        if (answer.Body.Part("error") is { } error) error["request_log_url"] = $"{call.PublicUrl}/sandbox/cards?request={call.RequestId}";

        var body = answer.Body.ToJsonString(Indented);
        if (!answer.Began && answer.Status >= 400)
        {
            await transaction.RollbackAsync(call.Aborted);
            await Write(http, answer.Status, body);
            return;
        }
        if (call.IdempotencyKey is not null) Idempotency.Keep(work, http.Request.Path, fingerprint, answer.Status, body);
        var loseAnswer = HttpMethods.IsPost(http.Request.Method) && await DeliveryRules.LosesThisAnswer(work);
        await work.Flush();
        await transaction.CommitAsync(call.Aborted);
        if (work.HasMail) bell.Ring();
        if (loseAnswer)
        {
            http.Abort();
            return;
        }
        await Write(http, answer.Status, body);
    }

    /// <summary>Does something of a hosted page's in one transaction, with the rights of the provider itself.</summary>
    public async Task<T> Work<T>(HttpRequest request, Func<StripeWork, Task<T>> work)
    {
        await using var connection = await database.OpenConnectionAsync(CancellationToken.None);
        await using var transaction = await connection.BeginTransactionAsync(CancellationToken.None);
        var call = new StripeCall(StripeIds.New("req", 14), StripeWork.DefaultVersion, null, false, PublicUrl(request), CancellationToken.None);
        var unit = new StripeWork(connection, clock, call);
        var result = await work(unit);
        await unit.Flush();
        await transaction.CommitAsync(CancellationToken.None);
        if (unit.HasMail) bell.Ring();
        return result;
    }

    /// <summary>The page of any site may call with its publishable key, as with Stripe itself; no cookie is ever looked at.</summary>
    public static void AllowPages(IHeaderDictionary headers)
    {
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowMethods = "GET, HEAD, PUT, PATCH, POST, DELETE";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type, Idempotency-Key, Stripe-Version, Stripe-Account, X-Requested-With";
        headers.AccessControlExposeHeaders = "Request-Id, Stripe-Manage-Version, Stripe-Should-Retry, Idempotent-Replayed, Original-Request";
        headers.AccessControlMaxAge = "300";
    }

    /// <summary>The address under which a browser sees the sandbox: configured, or the one this request was sent to.</summary>
    public string PublicUrl(HttpRequest request) => settings.PublicUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host}";

    static async Task<StripeParams> Read(HttpRequest request, CancellationToken ct)
    {
        if (!HttpMethods.IsPost(request.Method)) return new(request.Query.SelectMany(q => q.Value, (q, v) => KeyValuePair.Create(q.Key, v ?? "")));
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var form = QueryHelpers.ParseQuery(await reader.ReadToEndAsync(ct));
        return new(form.SelectMany(q => q.Value, (q, v) => KeyValuePair.Create(q.Key, v ?? "")));
    }

    static string? ApiKey(HttpRequest request, StripeParams given)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header["Bearer ".Length..].Trim();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return given.Text("key");
        var decoded = new byte[header.Length];
        return Convert.TryFromBase64String(header["Basic ".Length..].Trim(), decoded, out var length)
            ? Encoding.UTF8.GetString(decoded, 0, length).Split(':')[0]
            : null;
    }

    static StripeAnswer? Unauthorised(string? key, bool publishable, KeyKind accepts)
    {
        if (string.IsNullOrEmpty(key))
        {
            return StripeAnswer.Invalid(
                "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').", status: 401);
        }
        var known = new[] { "sk_test_", "rk_test_", "pk_test_" };
        if (!Array.Exists(known, k => key.StartsWith(k, StringComparison.Ordinal) && key.Length > k.Length))
        {
            var shown = key.Length > 12 ? key[..8] + new string('*', key.Length - 12) + key[^4..] : new string('*', key.Length);
            return StripeAnswer.Invalid($"Invalid API Key provided: {shown}", status: 401);
        }
        return publishable && accepts == KeyKind.Secret
            ? StripeAnswer.Invalid("This API call cannot be made with a publishable API key. Please use a secret API key.", code: "secret_key_required", status: 401)
            : null;
    }

    static string Fingerprint(StripeParams given)
    {
        var text = string.Join('&', given.Entries.Select(e => $"{Uri.EscapeDataString(e.Key)}={Uri.EscapeDataString(e.Value)}").Order(StringComparer.Ordinal));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    static Task Write(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-cache, no-store";
        return http.Response.WriteAsync(body, http.RequestAborted);
    }
}
