using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Notifications;

/// <summary>Mail by SMTP: <c>smtp://user:password@host:587</c>, with STARTTLS unless the host is this machine or the address says <c>?tls=off</c>.</summary>
public sealed class SmtpMail(Settings settings) : ISender
{
    private readonly Uri server = new(settings.Required("SMTP_URL"));
    private readonly MailAddress from = new(settings.Required("MAIL_FROM"));

    public string Channel => "email";
    public string Provider => "smtp";

    public async Task<Attempt> SendAsync(Delivery delivery, CancellationToken ct)
    {
        // One send at a time for each client: a client for each mail is simple and right at our numbers.
        using var client = new SmtpClient(server.Host, server.Port > 0 ? server.Port : 587) { EnableSsl = !server.IsLoopback && !server.Query.Contains("tls=off", StringComparison.Ordinal), DeliveryFormat = SmtpDeliveryFormat.International };
        if (server.UserInfo.Split(':', 2) is [{ Length: > 0 } user, var password]) client.Credentials = new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
        using var mail = Compose(delivery);
        try { await client.SendMailAsync(mail, ct); }
        catch (SmtpFailedRecipientException e) when ((int)e.StatusCode >= 500) { return Attempt.Never($"{(int)e.StatusCode} {e.Message}"); }
        return Attempt.Ok(mail.Headers["Message-ID"]);
    }

    private MailMessage Compose(Delivery delivery)
    {
        var content = delivery.Content;
        var mail = new MailMessage { From = from, Subject = content.Subject?.ReplaceLineEndings(" "), SubjectEncoding = Encoding.UTF8, BodyEncoding = Encoding.UTF8 };
        mail.To.Add(new MailAddress(delivery.Recipient, delivery.RecipientName?.ReplaceLineEndings(" "), Encoding.UTF8));
        mail.Headers.Add("Message-ID", $"<{delivery.Id:n}@{from.Host}>");
        if (content.UnsubscribeUrl is { } url)
        {
            mail.Headers.Add("List-Unsubscribe", $"<{url}>");
            mail.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        mail.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(content.Text ?? "", Encoding.UTF8, MediaTypeNames.Text.Plain));
        mail.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(content.Html ?? "", Encoding.UTF8, MediaTypeNames.Text.Html));
        if (content.File is { } file) mail.Attachments.Add(new Attachment(new MemoryStream(Encoding.UTF8.GetBytes(file.Text)), file.Name, file.ContentType.Split(';')[0]));
        return mail;
    }
}
