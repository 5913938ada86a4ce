using System.Net.Http.Json;
using System.Net.Mail;
using System.Text;
using System.Text.Json.Nodes;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Notifications;

/// <summary>Mail through SendGrid's v3 Mail Send. Click and open tracking are off: links in our mails carry secrets, and people are not followed.</summary>
public sealed class SendGridMail(HttpClient http, Settings settings) : ISender
{
    private readonly MailAddress from = new(settings.Required("MAIL_FROM"));

    public string Channel => "email";
    public string Provider => "sendgrid";

    public async Task<Attempt> SendAsync(Delivery delivery, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v3/mail/send") { Content = JsonContent.Create(Body(delivery)) };
        request.Headers.Authorization = new("Bearer", settings.Required("SENDGRID_API_KEY"));
        using var response = await http.SendAsync(request, ct);
        if (response.IsSuccessStatusCode) return Attempt.Ok(response.Headers.TryGetValues("X-Message-Id", out var ids) ? ids.First() : null);
        var answer = await response.Content.ReadAsStringAsync(ct);
        return Attempt.FromStatus((int)response.StatusCode, answer[..Math.Min(500, answer.Length)]);
    }

    private JsonObject Body(Delivery delivery)
    {
        var content = delivery.Content;
        var headers = new JsonObject { ["Message-ID"] = $"<{delivery.Id:n}@{from.Host}>" };
        if (content.UnsubscribeUrl is { } url)
        {
            headers["List-Unsubscribe"] = $"<{url}>";
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click";
        }
        var to = new JsonObject { ["email"] = delivery.Recipient };
        if (!string.IsNullOrWhiteSpace(delivery.RecipientName)) to["name"] = delivery.RecipientName;
        var body = new JsonObject
        {
            ["personalizations"] = new JsonArray(new JsonObject { ["to"] = new JsonArray(to) }),
            ["from"] = new JsonObject { ["email"] = from.Address, ["name"] = from.DisplayName },
            ["subject"] = content.Subject,
            ["content"] = new JsonArray(new JsonObject { ["type"] = "text/plain", ["value"] = content.Text }, new JsonObject { ["type"] = "text/html", ["value"] = content.Html }),
            ["headers"] = headers,
            ["categories"] = new JsonArray(delivery.Template),
            ["tracking_settings"] = new JsonObject { ["click_tracking"] = new JsonObject { ["enable"] = false, ["enable_text"] = false }, ["open_tracking"] = new JsonObject { ["enable"] = false } },
        };
        if (content.File is { } file)
            body["attachments"] = new JsonArray(new JsonObject
            {
                ["content"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(file.Text)), ["filename"] = file.Name, ["type"] = file.ContentType.Split(';')[0], ["disposition"] = "attachment",
            });
        return body;
    }
}
