using System.Text;
using System.Text.Json;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Notifications;

/// <summary>SMS through Twilio's Messages resource.</summary>
public sealed class TwilioSms(HttpClient http, Settings settings) : ISender
{
    private const int LongestMessage = 1600;

    public string Channel => "sms";
    public string Provider => "twilio";

    public async Task<Attempt> SendAsync(Delivery delivery, CancellationToken ct)
    {
        var account = settings.Required("TWILIO_ACCOUNT_SID");
        var body = delivery.Content.Body ?? "";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"2010-04-01/Accounts/{Uri.EscapeDataString(account)}/Messages.json")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["To"] = delivery.Recipient, ["From"] = settings.Required("TWILIO_FROM"), ["Body"] = body[..Math.Min(LongestMessage, body.Length)] }),
        };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account}:{settings.Required("TWILIO_AUTH_TOKEN")}")));
        using var response = await http.SendAsync(request, ct);
        var answer = await response.Content.ReadAsStringAsync(ct);
        if (!response.IsSuccessStatusCode) return Attempt.FromStatus((int)response.StatusCode, answer[..Math.Min(500, answer.Length)]);
        using var json = JsonDocument.Parse(answer);
        return Attempt.Ok(json.RootElement.TryGetProperty("sid", out var sid) ? sid.GetString() : null);
    }
}
