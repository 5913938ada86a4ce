using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using EstoSpaces.Sandbox.Stripe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Sandbox.Phone;

/// <summary>Firebase Cloud Messaging, HTTP v1: <c>messages:send</c> with a bearer token of the service account, Google's error shape.</summary>
internal static class FcmApi
{
    public static void MapFcm(this IEndpointRouteBuilder routes)
    {
        var fcm = routes.MapGroup("/fcm").ExcludeFromDescription();
        fcm.MapPost("/token", Token).DisableAntiforgery();
        fcm.MapPost("/v1/projects/{project}/messages:send", Send);
        fcm.MapGet("/service-account.json", async (HttpContext http, FcmAccounts accounts, StripeDoor door) =>
            Wires.Json(await accounts.Credentials(door.PublicUrl(http.Request), http.RequestAborted)));
    }

    static async Task<IResult> Token(HttpContext http, FcmAccounts accounts, StripeDoor door)
    {
        if (!http.Request.HasFormContentType) return Wires.Json(new { error = "invalid_request", error_description = "The body must be form-encoded." }, statusCode: 400);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (token, seconds, error, description) = await accounts.Exchange(form["grant_type"], form["assertion"].ToString(), door.PublicUrl(http.Request), http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        return token is null
            ? Wires.Json(new { error, error_description = description }, statusCode: 400)
            : Wires.Json(new { access_token = token, expires_in = seconds, token_type = "Bearer" });
    }

    static async Task<IResult> Send(HttpContext http, string project, FcmAccounts accounts, NpgsqlDataSource database, TimeProvider clock)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.Ordinal) || !await accounts.Accepts(header["Bearer ".Length..], http.RequestAborted))
            return Error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.", "THIRD_PARTY_AUTH_ERROR");
        if (project != FcmAccounts.Project) return Error(403, "PERMISSION_DENIED", $"Permission 'cloudmessaging.messages.create' denied on resource '//cloudresourcemanager.googleapis.com/projects/{project}' (or it may not exist).", "SENDER_ID_MISMATCH");
        JsonObject? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync<JsonObject>(http.Request.Body, cancellationToken: http.RequestAborted);
        }
        catch (JsonException)
        {
            body = null;
        }
        if (body?.Part("message") is not { } message) return Invalid("Invalid JSON payload received. The field \"message\" is required.");
        var targets = new[] { "token", "topic", "condition" }.Where(t => message.Text(t) is { Length: > 0 }).ToList();
        if (targets.Count != 1) return Invalid("Exactly one of token, topic or condition is required");
        var target = message.Text(targets[0])!;
        if (targets[0] == "token" && target.Length < 8) return Invalid("The registration token is not a valid FCM registration token");
        // A token that says so belongs to an app that was removed.
        if (target.Contains("unregistered", StringComparison.OrdinalIgnoreCase)) return Error(404, "NOT_FOUND", "Requested entity was not found.", "UNREGISTERED");
        if (message.Part("data") is { } data && data.FirstOrDefault(d => d.Value is not JsonValue v || !v.TryGetValue<string>(out _)).Key is { } notText)
            return Invalid($"Invalid value at 'message.data[0].value' (TYPE_STRING), for key {notText}");
        if (message.ToJsonString().Length > 4096 + 1024) return Invalid("Android message is too big");

        var name = $"projects/{project}/messages/0:{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}%{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        if (body["validate_only"] is not JsonValue only || !only.TryGetValue<bool>(out var dry) || !dry)
        {
            var shown = message.Part("notification") ?? message.Part("webpush")?.Part("notification") ?? message.Part("android")?.Part("notification");
            await PhoneLog.Write(database, new("push", name, target, project, shown?.Text("title"), shown?.Text("body") ?? "", message.ToJsonString(), clock.GetUtcNow()), http.RequestAborted);
        }
        return Wires.Json(new { name });
    }

    static IResult Invalid(string message) => Error(400, "INVALID_ARGUMENT", message, "INVALID_ARGUMENT");

    static IResult Error(int code, string status, string message, string fcmCode) => Wires.Json(new JsonObject
    {
        ["error"] = new JsonObject
        {
            ["code"] = code,
            ["message"] = message,
            ["status"] = status,
            ["details"] = new JsonArray(new JsonObject { ["@type"] = "type.googleapis.com/google.firebase.fcm.v1.FcmError", ["errorCode"] = fcmCode }),
        },
    }, statusCode: code);
}
