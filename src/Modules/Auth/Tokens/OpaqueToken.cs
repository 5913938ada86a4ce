using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace EstoSpaces.Auth;

/// <summary>Secrets that people carry: 256 bits as base64url. The database knows their SHA-256 only; they are random, so no salt is needed.</summary>
public static class OpaqueToken
{
    public static string New() => Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>The token that follows another one: always the same, so that a repeated refresh gets the same answer, and known to nobody without the key.</summary>
    public static string After(string token, byte[] key) => Base64UrlEncoder.Encode(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(token)));
}
