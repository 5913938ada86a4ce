using System.Net;
using System.Net.Sockets;
using System.Text;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Notifications;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Notifications;

/// <summary>Vendors that misbehave, and the other way to send mail.</summary>
public sealed class VendorTests
{
    private static Settings With(params (string, string?)[] settings) => new Settings(new Dictionary<string, string>()).With(settings);

    private static Delivery Mail(string to) => new(Guid.CreateVersion7(), "email", to, "Zoë, \"the\" Guest", "welcome",
        new Content { Subject = "Séjour confirmé 🏡", Text = "Bonjour,\nà bientôt.", Html = "<p>Bonjour</p>", UnsubscribeUrl = "https://example.com/u?t=1", File = new LetterFile("stay.ics", "text/calendar; charset=utf-8", "BEGIN:VCALENDAR\r\n") }, 1);

    [Fact]
    public async Task A_mail_that_the_vendor_could_not_take_is_sent_when_it_can()
    {
        using var vendor = new HttpListener();
        var port = FreePort();
        vendor.Prefixes.Add($"http://localhost:{port}/");
        vendor.Start();
        var asked = 0;
        var serving = ServeAsync(vendor, () => Interlocked.Increment(ref asked) <= 2 ? 503 : 202);

        await using var product = await TestProduct.StartAsync(("SENDGRID_BASE_URL", $"http://localhost:{port}"), ("SENDGRID_API_KEY", "SG.test"));
        using var service = product.ServiceClientOf("notifications");
        await service.PostAsync("/internal/notifications/email", new { to = "ops@example.com", subject = "Report", body = "All well." }).ShouldBeAsync(202);
        var source = product.Inside<NpgsqlDataSource>("notifications");
        await Until.HoldsAsync(async () =>
        {
            await source.ExecuteAsync("update notification_deliveries set next_at = now() where status = 'waiting'", [], default); // nobody waits for the back-off here
            return (await source.QueryAsync("select status from notification_deliveries", [], r => r.GetString(0), default))[0];
        }, status => status == "sent", "it is sent at last");
        (await source.QueryAsync("select outcome from notification_history order by attempt", [], r => r.GetString(0), default)).ShouldBe(["retry", "retry", "sent"]);
        vendor.Stop();
        await serving;
    }

    [Fact]
    public async Task Mail_goes_by_smtp_when_that_is_configured()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var received = ReceiveAsync(listener);
        var sender = new SmtpMail(With(("SMTP_URL", $"smtp://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}"), ("MAIL_FROM", "EstoSpaces <hello@estospaces.example>")));
        (await sender.SendAsync(Mail("zoë@example.com"), default)).Sent.ShouldBeTrue();
        var mail = await received;
        foreach (var words in new[] { "RCPT TO:<zoë@example.com>", "List-Unsubscribe: <https://example.com/u?t=1>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "multipart/mixed", "text/calendar", "@estospaces.example>" }) mail.ShouldContain(words);
    }

    [Fact]
    public async Task A_refused_address_is_not_tried_again_and_a_broken_vendor_is()
    {
        using var vendor = new HttpListener();
        var port = FreePort();
        vendor.Prefixes.Add($"http://localhost:{port}/");
        vendor.Start();
        var answers = new Queue<int>([400, 429, 500]);
        var serving = ServeAsync(vendor, answers.Dequeue);
        using var http = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}/") };
        var sender = new SendGridMail(http, With(("SENDGRID_API_KEY", "SG.test")));
        (await sender.SendAsync(Mail("a@example.com"), default)).Permanent.ShouldBeTrue();
        (await sender.SendAsync(Mail("a@example.com"), default)).Permanent.ShouldBeFalse();
        (await sender.SendAsync(Mail("a@example.com"), default)).ShouldSatisfyAllConditions(a => a.Sent.ShouldBeFalse(), a => a.Permanent.ShouldBeFalse());
        vendor.Stop();
        await serving;
    }

    private static async Task ServeAsync(HttpListener vendor, Func<int> answer)
    {
        while (vendor.IsListening)
        {
            try
            {
                var call = await vendor.GetContextAsync();
                using var body = new StreamReader(call.Request.InputStream);
                (await body.ReadToEndAsync()).ShouldContain("personalizations");
                call.Response.StatusCode = answer();
                call.Response.Close();
            }
            catch (HttpListenerException) { return; } // stopped
            catch (ObjectDisposedException) { return; }
        }
    }

    /// <summary>As much of RFC 5321 as one mail needs.</summary>
    private static async Task<string> ReceiveAsync(TcpListener listener)
    {
        using var connection = await listener.AcceptTcpClientAsync();
        await using var stream = connection.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        var log = new StringBuilder();
        await writer.WriteLineAsync("220 sink");
        while (await reader.ReadLineAsync() is { } line)
        {
            log.AppendLine(line);
            if (line.StartsWith("EHLO", StringComparison.Ordinal)) await writer.WriteAsync("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n");
            else if (line == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                while (await reader.ReadLineAsync() is { } data && data != ".") log.AppendLine(data);
                await writer.WriteLineAsync("250 taken");
                break;
            }
            else await writer.WriteLineAsync("250 fine");
        }
        return log.ToString();
    }

    private static int FreePort() => LoopbackPorts.AnyLasting();
}
