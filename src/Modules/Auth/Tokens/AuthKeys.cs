using System.Security.Cryptography;
using System.Text;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Auth;

/// <summary>Keys derived from JWT_SECRET (HKDF-SHA256), one for each use.</summary>
public sealed class AuthKeys
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly byte[] atRest;

    public AuthKeys(ModuleContext context)
    {
        var secret = context.Settings["JWT_SECRET"] is { } text ? Encoding.UTF8.GetBytes(text) : context.ServiceKey;
        atRest = Derive(secret, "estospaces signing keys at rest");
        Refresh = Derive(secret, "estospaces refresh tokens");
    }

    /// <summary>For <see cref="OpaqueToken.After"/>.</summary>
    public byte[] Refresh { get; }

    public byte[] Seal(byte[] plain, string kid)
    {
        var sealedBytes = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(atRest, TagBytes);
        aes.Encrypt(sealedBytes.AsSpan(0, NonceBytes), plain, sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(kid));
        return sealedBytes;
    }

    /// <summary>Null when it was sealed under another secret.</summary>
    public byte[]? Open(byte[] sealedBytes, string kid)
    {
        var plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(atRest, TagBytes);
        try { aes.Decrypt(sealedBytes.AsSpan(0, NonceBytes), sealedBytes.AsSpan(NonceBytes + TagBytes), sealedBytes.AsSpan(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(kid)); }
        catch (AuthenticationTagMismatchException) { return null; }
        return plain;
    }

    private static byte[] Derive(byte[] secret, string use) => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: Encoding.UTF8.GetBytes(use));
}
