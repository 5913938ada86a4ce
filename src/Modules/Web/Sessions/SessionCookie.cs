using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using EstoSpaces.Contracts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace EstoSpaces.Web.Sessions;

/// <summary>The session as a cookie: encrypted, HttpOnly, never sent along with a form of another site, and only over https where the site has it.</summary>
public sealed class SessionCookie(IDataProtectionProvider protection)
{
    private const string Name = "session";
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);
    private readonly IDataProtector protector = protection.CreateProtector("session");

    public KeptSession? Read(HttpContext http)
    {
        if (http.Request.Cookies[Name] is not { Length: > 0 and < 4096 } text) return null;
        try
        {
            using var packed = new MemoryStream(protector.Unprotect(Base64Url(text)));
            using var open = new DeflateStream(packed, CompressionMode.Decompress);
            return JsonSerializer.Deserialize<KeptSession>(open, Wire.Json);
        }
        // A cookie of another key, or one that somebody wrote himself: as good as none.
        catch (CryptographicException) { return null; }
        catch (FormatException) { return null; }
        catch (JsonException) { return null; }
        catch (InvalidDataException) { return null; }
    }

    public void Write(HttpContext http, KeptSession session)
    {
        using var packed = new MemoryStream();
        using (var shrink = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true)) JsonSerializer.Serialize(shrink, session, Wire.Json);
        http.Response.Cookies.Append(Name, Convert.ToBase64String(protector.Protect(packed.ToArray())).TrimEnd('=').Replace('+', '-').Replace('/', '_'), Options(http, Life));
    }

    public void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, Options(http, null));

    private static CookieOptions Options(HttpContext http, TimeSpan? life) =>
        new() { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, MaxAge = life, IsEssential = true };

    private static byte[] Base64Url(string text)
    {
        var plain = text.Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='));
    }
}
