using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EstoSpaces.Sandbox.Stripe.Webhooks;

/// <summary>The <c>Stripe-Signature</c> header: HMAC-SHA256 over the time, a dot and the body, under the endpoint's secret.</summary>
internal static class WebhookSignature
{
    public static string Header(string secret, string payload, DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(seconds + "." + payload));
        return $"t={seconds},v1={Convert.ToHexStringLower(hash)}";
    }
}
