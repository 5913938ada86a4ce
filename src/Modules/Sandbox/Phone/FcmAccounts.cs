using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace EstoSpaces.Sandbox.Phone;

/// <summary>
/// The service account that may send pushes, and Google's token endpoint for it (RFC 7523, JWT bearer grant): the assertion's RS256
/// signature, audience and times are checked against the account's own key.
/// </summary>
internal sealed class FcmAccounts(NpgsqlDataSource database, SandboxSettings settings)
{
    public const string Project = "estospaces-sandbox";
    const string Email = "push@estospaces-sandbox.iam.gserviceaccount.com";
    const string Scope = "https://www.googleapis.com/auth/firebase.messaging";
    static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3600);

    /// <summary>The credentials file as Google would give it to download. Its key is made at the first question.</summary>
    public async Task<JsonObject> Credentials(string publicUrl, CancellationToken ct)
    {
        using var key = RSA.Create(2048);
        await using var make = database.CreateCommand("insert into fcm_accounts (client_email, key_id, private_key, created_at) values ($1, $2, $3, $4) on conflict do nothing");
        make.Parameters.Add(new() { Value = Email });
        make.Parameters.Add(new() { Value = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)) });
        make.Parameters.Add(new() { Value = key.ExportPkcs8PrivateKeyPem() + "\n" });
        make.Parameters.Add(new() { Value = TimeProvider.System.GetUtcNow() });
        await make.ExecuteNonQueryAsync(ct);
        var (keyId, pem) = (await Key(Email, ct))!.Value;
        return new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = Project,
            ["private_key_id"] = keyId,
            ["private_key"] = pem,
            ["client_email"] = Email,
            ["client_id"] = "100000000000000000001",
            ["auth_uri"] = publicUrl + "/fcm/auth",
            ["token_uri"] = publicUrl + "/fcm/token",
            ["universe_domain"] = "googleapis.com",
        };
    }

    /// <summary>A token for a good assertion; else the error and its description.</summary>
    public async Task<(string? Token, int Seconds, string? Error, string? Description)> Exchange(string? grant, string assertion, string publicUrl, CancellationToken ct)
    {
        if (grant != "urn:ietf:params:oauth:grant-type:jwt-bearer") return Wrong("unsupported_grant_type", $"Invalid grant_type: {grant}");
        if (assertion.Split('.') is not [var head, var claimsPart, var signature]) return Wrong("invalid_request", "Invalid JWT: it must have three parts.");
        if (Decode(head) is not { } header || Decode(claimsPart) is not { } claims || !Base64Url.IsValid(signature)) return Wrong("invalid_grant", "Invalid JWT: it can not be read.");
        if ((string?)header["alg"] != "RS256") return Wrong("invalid_grant", "Invalid JWT: alg must be RS256.");
        if ((string?)claims["iss"] is not { } issuer || await Key(issuer, ct) is not { } key) return Wrong("invalid_grant", "Invalid grant: account not found");
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key.Pem);
        if (!rsa.VerifyData(Encoding.ASCII.GetBytes(head + "." + claimsPart), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            return Wrong("invalid_grant", "Invalid JWT Signature.");

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var (issued, expires) = (Seconds(claims["iat"]), Seconds(claims["exp"]));
        if (issued is null || expires is null || expires <= now || issued > now + 300 || expires - issued > 3600 + 60)
            return Wrong("invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.");
        var audiences = new[] { publicUrl + "/fcm/token", settings.PublicUrl?.TrimEnd('/') + "/fcm/token", "https://oauth2.googleapis.com/token" };
        if (!audiences.Contains((string?)claims["aud"])) return Wrong("invalid_grant", "Invalid JWT: Failed audience check. The right audience is " + audiences[0]);
        var scope = ((string?)claims["scope"] ?? "").Split(' ');
        if (!scope.Contains(Scope) && !scope.Contains("https://www.googleapis.com/auth/cloud-platform")) return Wrong("invalid_scope", "Invalid OAuth scope or ID token audience provided.");

        var token = "ya29.c." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await using var keep = database.CreateCommand("insert into fcm_tokens (token_hash, client_email, expires_at) values ($1, $2, $3)");
        keep.Parameters.Add(new() { Value = SHA256.HashData(Encoding.ASCII.GetBytes(token)) });
        keep.Parameters.Add(new() { Value = issuer });
        keep.Parameters.Add(new() { Value = TimeProvider.System.GetUtcNow() + Lifetime });
        await keep.ExecuteNonQueryAsync(ct);
        return (token, (int)Lifetime.TotalSeconds - 1, null, null);
    }

    public async Task<bool> Accepts(string token, CancellationToken ct)
    {
        await using var find = database.CreateCommand("select exists (select 1 from fcm_tokens where token_hash = $1 and expires_at > $2)");
        find.Parameters.Add(new() { Value = SHA256.HashData(Encoding.UTF8.GetBytes(token)) });
        find.Parameters.Add(new() { Value = TimeProvider.System.GetUtcNow() });
        return (bool)(await find.ExecuteScalarAsync(ct))!;
    }

    async Task<(string Id, string Pem)?> Key(string email, CancellationToken ct)
    {
        await using var find = database.CreateCommand("select key_id, private_key from fcm_accounts where client_email = $1");
        find.Parameters.Add(new() { Value = email });
        await using var reader = await find.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetString(0), reader.GetString(1)) : null;
    }

    static (string? Token, int Seconds, string? Error, string? Description) Wrong(string error, string description) => (null, 0, error, description);

    static long? Seconds(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var seconds) ? seconds : null;

    static JsonObject? Decode(string part)
    {
        if (!Base64Url.IsValid(part)) return null;
        try
        {
            return JsonNode.Parse(Base64Url.DecodeFromChars(part)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
