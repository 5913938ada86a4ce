using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EstoSpaces.Media.Storage;

/// <summary>
/// Signs addresses of objects in the local store, so that a picture element can show a private file without a token. The signature is HMAC-SHA-256
/// over the key and the second of expiry; it opens that one object and nothing else.
/// </summary>
public sealed class AddressSigner(byte[] secret, TimeProvider clock)
{
    /// <summary>Where the media service serves signed addresses, relative to the gateway.</summary>
    public const string Path = "/api/v1/media/objects/";

    public string Sign(string key, TimeSpan validFor)
    {
        var expires = (clock.GetUtcNow() + validFor).ToUnixTimeSeconds();
        return $"{Path}{key}?expires={expires.ToString(CultureInfo.InvariantCulture)}&signature={Signature(key, expires)}";
    }

    /// <summary>Whether the signature belongs to this key and has not expired. Compares in constant time.</summary>
    public bool Accepts(string key, long expires, string signature) =>
        expires >= clock.GetUtcNow().ToUnixTimeSeconds()
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Signature(key, expires)), Encoding.UTF8.GetBytes(signature));

    string Signature(string key, long expires) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"GET\n{key}\n{expires.ToString(CultureInfo.InvariantCulture)}")));
}
