using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Notifications;

/// <summary>Links by which a mail's reader turns off its kind without signing in: user and category, signed. They never expire, as RFC 8058 and common sense want.</summary>
public sealed class UnsubscribeTokens(ModuleContext context, WebLinks links)
{
    private const int SignatureBytes = 16;
    private readonly byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, context.ServiceKey, 32, info: "estospaces unsubscribe links"u8.ToArray());

    public string UrlFor(UserId user, string category) => $"{links.Api}/api/v1/notifications/unsubscribe?token={TokenFor(user, category)}";

    public string TokenFor(UserId user, string category)
    {
        var said = Encoding.UTF8.GetBytes($"{user}:{category}");
        return Base64Url.EncodeToString([.. Sign(said), .. said]);
    }

    public (UserId User, string Category)? Read(string? token)
    {
        if (token is null || token.Length > 200 || !Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= SignatureBytes || !CryptographicOperations.FixedTimeEquals(bytes.AsSpan(0, SignatureBytes), Sign(bytes.AsSpan(SignatureBytes)))) return null;
        var said = Encoding.UTF8.GetString(bytes.AsSpan(SignatureBytes)).Split(':', 2);
        return said.Length == 2 && UserId.TryParse(said[0], out var user) ? (user, said[1]) : null;
    }

    private byte[] Sign(ReadOnlySpan<byte> said) => HMACSHA256.HashData(key, said)[..SignatureBytes];
}
