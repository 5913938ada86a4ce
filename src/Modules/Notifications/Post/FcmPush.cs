using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace EstoSpaces.Notifications;

/// <summary>
/// Push through Firebase Cloud Messaging, HTTP v1. The service account's key signs an assertion (RFC 7523) that buys an access token for an hour.
/// Without FIREBASE_CREDENTIALS the account of the sandbox is fetched from beside it.
/// </summary>
public sealed class FcmPush(HttpClient http, Settings settings, NpgsqlDataSource source) : ISender, IDisposable
{
    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";
    private readonly SemaphoreSlim gate = new(1, 1);
    private (string Token, string Project, DateTimeOffset Until)? access;

    public string Channel => "push";
    public string Provider => "fcm";

    public async Task<Attempt> SendAsync(Delivery delivery, CancellationToken ct)
    {
        var (token, project) = await AccessAsync(ct);
        var content = delivery.Content;
        var message = new JsonObject { ["token"] = delivery.Recipient, ["notification"] = new JsonObject { ["title"] = content.Title, ["body"] = content.Body }, ["data"] = new JsonObject { ["template"] = delivery.Template } };
        if (content.Link is { } link)
        {
            message["data"]!["link"] = link;
            message["webpush"] = new JsonObject { ["fcm_options"] = new JsonObject { ["link"] = link } };
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/projects/{Uri.EscapeDataString(project)}/messages:send") { Content = JsonContent.Create(new JsonObject { ["message"] = message }) };
        request.Headers.Authorization = new("Bearer", token);
        using var response = await http.SendAsync(request, ct);
        var answer = await response.Content.ReadAsStringAsync(ct);
        if (response.IsSuccessStatusCode) return Attempt.Ok(JsonNode.Parse(answer)?["name"]?.GetValue<string>());
        if ((int)response.StatusCode == 401)
        {
            access = null;
            return Attempt.Later("401: the access token was refused");
        }
        // The app was removed from the device: nobody will ever read there again.
        if ((int)response.StatusCode == 404) await source.ExecuteAsync("delete from push_devices where token = $1", [delivery.Recipient], ct);
        return Attempt.FromStatus((int)response.StatusCode, answer[..Math.Min(500, answer.Length)]);
    }

    public void Dispose() => gate.Dispose();

    private async Task<(string Token, string Project)> AccessAsync(CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            var now = TimeProvider.System.GetUtcNow();
            if (access is { } have && have.Until > now) return (have.Token, have.Project);
            var account = await AccountAsync(ct);
            string Field(string name) => account[name]?.GetValue<string>() ?? throw new JsonException($"the service account has no {name}");
            using var key = RSA.Create();
            key.ImportFromPem(Field("private_key"));
            var assertion = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
            {
                Issuer = Field("client_email"), Audience = Field("token_uri"), IssuedAt = now.UtcDateTime, Expires = now.AddMinutes(55).UtcDateTime, Claims = new Dictionary<string, object> { ["scope"] = Scope },
                SigningCredentials = new SigningCredentials(new RsaSecurityKey(key) { KeyId = Field("private_key_id"), CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } }, SecurityAlgorithms.RsaSha256),
            });
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer", ["assertion"] = assertion });
            using var response = await http.PostAsync(new Uri(Field("token_uri")), form, ct);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(ct));
            if (!response.IsSuccessStatusCode || answer?["access_token"]?.GetValue<string>() is not { } token) throw new HttpRequestException($"no access token for pushes: {(int)response.StatusCode} {answer}");
            access = (token, Field("project_id"), now.AddMinutes(50));
            return (token, Field("project_id"));
        }
        finally { gate.Release(); }
    }

    private async Task<JsonObject> AccountAsync(CancellationToken ct)
    {
        var credentials = settings["FIREBASE_CREDENTIALS"];
        var json = credentials is null ? await http.GetStringAsync("service-account.json", ct) : credentials.TrimStart().StartsWith('{') ? credentials : await File.ReadAllTextAsync(credentials, ct);
        return JsonNode.Parse(json) as JsonObject ?? throw new JsonException("FIREBASE_CREDENTIALS is not a service account");
    }
}
