using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace EstoSpaces.Kernel.Identity;

/// <summary>Who a valid access token belongs to. Shared by all requests with that token: nothing in it changes.</summary>
public sealed class UserIdentity : ClaimsIdentity
{
    internal UserIdentity(ClaimsIdentity checkedClaims) : base(checkedClaims.Claims, Policies.UserScheme, "sub", "roles")
    {
        Caller = Caller.From(this);
        Key = Caller?.UserId.ToString();
    }

    /// <summary>Null when the token names no account.</summary>
    public Caller? Caller { get; }

    /// <summary>The account's id as text, made once.</summary>
    public string? Key { get; }
}

/// <summary>
/// Checks access tokens: ES256 by auth's public keys, issuer, audience, times. A signature costs some sixty microseconds, so a token that was found good is known by its hash until it
/// expires or the keys are read anew; whether its session still lives is asked every time, elsewhere. Bad tokens are not kept.
/// </summary>
public sealed class AccessTokens(AccessKeys keys)
{
    private const int AtMost = 20_000;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<TokenHash, Known> known = new();
    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false };

    private sealed record Known(ClaimsPrincipal Principal, KeySet Keys, DateTimeOffset GoodUntil);

    /// <summary>Half of a SHA-256: nobody finds two tokens of one hash, and the token itself is not kept.</summary>
    private readonly record struct TokenHash(ulong High, ulong Low);

    /// <summary>The one who holds the token, or null when it is not valid. Throws <see cref="HttpRequestException"/> when auth's keys were never read and can't be.</summary>
    public ValueTask<ClaimsPrincipal?> CheckAsync(ReadOnlySpan<char> token, CancellationToken ct)
    {
        var hash = HashOf(token);
        if (keys.Known() is { } current && known.TryGetValue(hash, out var have))
        {
            if (ReferenceEquals(have.Keys, current) && have.GoodUntil > TimeProvider.System.GetUtcNow()) return new(have.Principal);
            known.TryRemove(KeyValuePair.Create(hash, have));
        }
        return CheckAnewAsync(token.ToString(), hash, ct);
    }

    private async ValueTask<ClaimsPrincipal?> CheckAnewAsync(string token, TokenHash hash, CancellationToken ct)
    {
        var current = await keys.GetAsync(ct);
        var result = await ValidateAsync(token, current);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // Signed by a key that is younger than what we read, or by none of ours.
            var younger = await keys.YoungerAsync(current, ct);
            if (!ReferenceEquals(younger, current)) result = await ValidateAsync(token, current = younger);
        }
        if (!result.IsValid) return null;
        var principal = new ClaimsPrincipal(new UserIdentity(result.ClaimsIdentity));
        if (known.Count >= AtMost) Forget();
        known[hash] = new Known(principal, current, new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero) + ClockSkew);
        return principal;
    }

    private Task<TokenValidationResult> ValidateAsync(string token, KeySet current) => handler.ValidateTokenAsync(token, new TokenValidationParameters
    {
        ValidIssuer = AccessKeys.Issuer, ValidAudience = AccessKeys.Issuer, ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256], IssuerSigningKeys = current.Keys, ClockSkew = ClockSkew,
        AuthenticationType = Policies.UserScheme,
    });

    /// <summary>What is over goes; when that is little, everything goes: each token then costs one signature more.</summary>
    private void Forget()
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var entry in known)
            if (entry.Value.GoodUntil <= now) known.TryRemove(entry);
        if (known.Count > AtMost * 3 / 4) known.Clear();
    }

    private static TokenHash HashOf(ReadOnlySpan<char> token)
    {
        Span<byte> bytes = stackalloc byte[2048];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (Encoding.UTF8.TryGetBytes(token, bytes, out var length)) SHA256.HashData(bytes[..length], hash);
        else SHA256.HashData(Encoding.UTF8.GetBytes(token.ToString()), hash);
        return MemoryMarshal.Read<TokenHash>(hash);
    }
}
