using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

/// <summary>Rotates keys, so it has a product of its own.</summary>
public sealed class KeyTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private readonly TestProduct product = fixture.Product;

    private async Task<List<JsonElement>> KeysAsync() => [.. (await product.Api.GetAsync("/.well-known/jwks.json").ReadAsync()).GetProperty("keys").EnumerateArray()];

    private static string KidOf(string token) => JsonDocument.Parse(Decode(token.Split('.')[0])).RootElement.GetProperty("kid").GetString()!;

    private static byte[] Decode(string base64Url) => Convert.FromBase64String(base64Url.Replace('-', '+').Replace('_', '/').PadRight((base64Url.Length + 3) / 4 * 4, '='));

    [Fact]
    public async Task The_published_keys_have_the_shape_of_a_jwk_set_and_verify_tokens()
    {
        var person = await product.NewGuestAsync();
        var keys = await KeysAsync();
        keys.ShouldNotBeEmpty();
        foreach (var key in keys)
        {
            key.EnumerateObject().Select(p => p.Name).ShouldBe(["kty", "crv", "x", "y", "kid", "use", "alg"]);
            (key.GetProperty("kty").GetString(), key.GetProperty("crv").GetString(), key.GetProperty("use").GetString(), key.GetProperty("alg").GetString()).ShouldBe(("EC", "P-256", "sig", "ES256"));
            Decode(key.GetProperty("x").GetString()!).Length.ShouldBe(32);
            Decode(key.GetProperty("y").GetString()!).Length.ShouldBe(32);
            var thumbprint = SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{key.GetProperty("x").GetString()}}","y":"{{key.GetProperty("y").GetString()}}"}"""));
            Decode(key.GetProperty("kid").GetString()!).ShouldBe(thumbprint);
        }
        var parts = person.Session.AccessToken.Split('.');
        var signer = keys.Single(k => k.GetProperty("kid").GetString() == KidOf(person.Session.AccessToken));
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Decode(signer.GetProperty("x").GetString()!), Y = Decode(signer.GetProperty("y").GetString()!) } });
        ecdsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Decode(parts[2]), HashAlgorithmName.SHA256).ShouldBeTrue();
        var claims = JsonDocument.Parse(Decode(parts[1])).RootElement;
        claims.GetProperty("sub").GetString().ShouldBe(person.Id.ToString());
        claims.GetProperty("roles").EnumerateArray().Single().GetString().ShouldBe("guest");
        claims.GetProperty("email_verified").ValueKind.ShouldBe(JsonValueKind.False);
        (claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64()).ShouldBe(900);
    }

    [Fact]
    public async Task A_next_key_is_published_before_it_signs_and_old_tokens_stay_good()
    {
        var person = await product.NewGuestAsync();
        using var services = product.ServiceClientOf("auth");
        var before = KidOf(person.Session.AccessToken);

        var next = await services.PostAsync("/internal/keys/rotate", new { }).ReadAsync();
        next.GetProperty("activates_at").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddMinutes(5));
        (await KeysAsync()).Select(k => k.GetProperty("kid").GetString()).ShouldContain(next.GetProperty("kid").GetString());
        KidOf((await product.NewGuestAsync()).Session.AccessToken).ShouldBe(before);

        var now = await services.PostAsync("/internal/keys/rotate", new { signs_after_seconds = 0 }).ReadAsync();
        var later = await product.NewGuestAsync();
        KidOf(later.Session.AccessToken).ShouldBe(now.GetProperty("kid").GetString());
        // Another module meets the new id, fetches the keys anew, and takes both tokens.
        await Until.HoldsAsync(async () => (int)(await later.Api.GetAsync("/api/v1/users/profile")).StatusCode == 200, "the new key is accepted");
        await person.Api.GetAsync("/api/v1/users/profile").ShouldBeAsync(200);
        await person.Api.GetAsync("/api/v1/auth/me").ShouldBeAsync(200);
    }

    [Fact]
    public async Task Rotating_is_for_services_only()
    {
        var person = await product.NewGuestAsync();
        await product.ClientOf("auth").PostAsync("/internal/keys/rotate", new { }).ShouldRefuseAsync(401, "authentication_required");
        using var direct = product.ClientOf("auth");
        direct.DefaultRequestHeaders.Authorization = new("Bearer", person.Session.AccessToken);
        await direct.PostAsync("/internal/keys/rotate", new { }).ShouldRefuseAsync(401, "authentication_required");
        await product.Api.PostAsync("/internal/keys/rotate", new { }).ShouldRefuseAsync(404, "no_such_path");
        using var services = product.ServiceClientOf("auth");
        await services.PostAsync("/internal/keys/rotate", new { signs_after_seconds = -1 }).ShouldRefuseAsync(400, "field_range", "signs_after_seconds");
    }
}
