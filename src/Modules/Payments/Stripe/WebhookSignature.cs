using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EstoSpaces.Payments.Stripe;

/// <summary>
/// Checks <c>Stripe-Signature: t=…,v1=…[,v1=…]</c>: HMAC-SHA256 over time, a dot and the body under the endpoint's secret, compared in constant time, at most five minutes old.
/// Several v1 come while a secret is being rolled; one that fits is enough. As in Stripe's own libraries a time that lies ahead is not refused.
/// </summary>
public static class WebhookSignature
{
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(300);

    public static bool IsValid(string header, ReadOnlySpan<byte> body, string secret, DateTimeOffset now)
    {
        string? time = null;
        var candidates = new List<string>();
        foreach (var item in header.Split(',', StringSplitOptions.TrimEntries))
        {
            var at = item.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) continue;
            if (item[..at] == "t") time = item[(at + 1)..];
            else if (item[..at] == "v1") candidates.Add(item[(at + 1)..]);
        }
        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || now.ToUnixTimeSeconds() - seconds > Tolerance.TotalSeconds) return false;

        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(time + "."));
        hmac.AppendData(body);
        var expected = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hmac.GetHashAndReset()));
        var fits = false;
        foreach (var candidate in candidates) fits |= CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(candidate));
        return fits;
    }
}
