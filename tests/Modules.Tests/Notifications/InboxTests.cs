using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Modules.Tests.Auth;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Notifications;

public sealed class InboxTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private async Task<JsonElement> InboxAsync(Person person, int atLeast, string query = "") =>
        await Until.HoldsAsync(() => person.Api.GetAsync("/api/v1/notifications" + query).ReadAsync(), i => i.GetProperty("data").GetArrayLength() >= atLeast, "messages are there");

    [Fact]
    public async Task Messages_are_listed_counted_and_read_by_their_owner_only()
    {
        var (person, other) = (await product.NewGuestAsync("Ann"), await product.NewGuestAsync("Bob"));
        await InboxAsync(person, 1);
        await Facts.TellAsync(product, "notifications", new BookingExpired(BookingFactsFor.Between(person.Id, other.Id)));
        var inbox = await InboxAsync(person, 2);
        inbox.GetProperty("unread_count").GetInt32().ShouldBe(2);
        var first = inbox.GetProperty("data")[0];
        first.GetProperty("template").GetString().ShouldBe("booking_expired");
        var path = $"/api/v1/notifications/{first.GetProperty("id").GetString()}/read";

        await other.Api.PutAsync(path, new { }).ShouldRefuseAsync(404, "notification_not_found");
        await product.Api.PutAsync(path, new { }).ShouldRefuseAsync(401, "authentication_required");
        await person.Api.PutAsync(path, new { }).ShouldBeAsync(204);
        await person.Api.PutAsync(path, new { }).ShouldBeAsync(204);
        (await person.Api.GetAsync("/api/v1/notifications?unread=true&limit=1").ReadAsync()).GetProperty("unread_count").GetInt32().ShouldBe(1);
        await person.Api.PutAsync("/api/v1/notifications/read-all", new { }).ShouldBeAsync(204);
        (await person.Api.GetAsync("/api/v1/notifications?unread=true").ReadAsync()).GetProperty("data").GetArrayLength().ShouldBe(0);
        var page = await person.Api.GetAsync("/api/v1/notifications?limit=1").ReadAsync();
        (await person.Api.GetAsync($"/api/v1/notifications?limit=1&cursor={page.GetProperty("next_cursor").GetString()}").ReadAsync()).GetProperty("data").GetArrayLength().ShouldBe(1);
        await product.Api.GetAsync("/api/v1/notifications").ShouldRefuseAsync(401, "authentication_required");
    }

    [Fact]
    public async Task Preferences_hold_and_what_must_be_sent_can_not_be_turned_off()
    {
        var (person, host) = (await product.NewGuestAsync("Ann"), await product.NewGuestAsync("Bob"));
        (await person.Api.GetAsync("/api/v1/notifications/preferences").ReadAsync()).GetProperty("categories").GetProperty("reminders").GetProperty("email").GetBoolean().ShouldBeTrue();
        await person.Api.PutAsync("/api/v1/notifications/preferences", """{"categories":{"bookings":{"email":false}}}""").ShouldRefuseAsync(400, "mandatory_category", "categories");
        await person.Api.PutAsync("/api/v1/notifications/preferences", """{"categories":{"gossip":{"email":false}}}""").ShouldRefuseAsync(400, "unknown_category", "categories");
        await person.Api.PutAsync("/api/v1/notifications/preferences", """{"categories":{"tips":null}}""").ShouldRefuseAsync(400, "field_required", "categories");
        await person.Api.PutAsync("/api/v1/notifications/preferences", "{}").ShouldRefuseAsync(400, "field_required", "categories");
        await person.Api.PutAsync("/api/v1/notifications/preferences", """{"categories":{"reminders":{"email":false}}}""").ShouldBeAsync(200);
        var booking = BookingFactsFor.Between(person.Id, host.Id);
        await Facts.TellAsync(product, "notifications", new StayCompleted(booking, product.Now, product.Now.AddDays(2)));
        await InboxAsync(person, 2);
        await Facts.TellAsync(product, "notifications", new BookingExpired(booking));
        await product.MailAsync(person.Email, "booking_expired");
        (await product.MailsAsync(person.Email)).ShouldNotContain(m => Mailbox.Is(m, "stay_completed"));
    }

    [Fact]
    public async Task One_click_unsubscribes_without_signing_in()
    {
        var (person, host) = (await product.NewGuestAsync("Ann"), await product.NewGuestAsync("Bob"));
        var welcome = await product.MailAsync(person.Email, "welcome");
        var url = new Uri(welcome.Header("List-Unsubscribe")!.Trim('<', '>')).PathAndQuery;
        (await product.Api.GetStringAsync(url)).ShouldContain("<form method=\"post\"");
        (await person.Api.GetAsync("/api/v1/notifications/preferences").ReadAsync()).GetProperty("categories").GetProperty("tips").GetProperty("email").GetBoolean().ShouldBeTrue();
        using var oneClick = new FormUrlEncodedContent(new Dictionary<string, string> { ["List-Unsubscribe"] = "One-Click" });
        ((int)(await product.Api.PostAsync(url, oneClick)).StatusCode).ShouldBe(200);
        (await person.Api.GetAsync("/api/v1/notifications/preferences").ReadAsync()).GetProperty("categories").GetProperty("tips").GetProperty("email").GetBoolean().ShouldBeFalse();
        await product.Api.PostAsync(url[..^3] + "AAA", new { }).ShouldRefuseAsync(400, "unsubscribe_link_invalid", "token");
        await product.Api.GetAsync("/api/v1/notifications/unsubscribe?token=%00").ShouldRefuseAsync(400, "unsubscribe_link_invalid", "token");
        host.Id.ShouldNotBe(person.Id);
    }

    [Fact]
    public async Task Admins_and_services_write_by_mail_text_and_push()
    {
        var (admin, person) = (await product.NewAdminAsync(), await product.NewGuestAsync("Ann"));
        await person.Api.PutAsync("/api/v1/users/profile", new { phone = "+33612345678", first_name = "Ann" }).ShouldBeAsync(200);
        var device = $"device-{Guid.NewGuid():n}";
        await person.Api.PostAsync("/api/v1/notifications/devices", new { token = device, platform = "ios" }).ShouldBeAsync(204);

        await admin.Api.PostAsync("/api/v1/notifications/email", new { user_id = person.Id, subject = "About <you>", body = "First.\n\n<i>Second</i>." }, Guid.NewGuid().ToString()).ShouldBeAsync(202);
        var mail = await product.MailAsync(person.Email, "by_hand");
        mail.Subject().ShouldBe("About <you>");
        mail.Html().ShouldContain("&lt;i&gt;Second&lt;/i&gt;");

        await Until.HoldsAsync(async () => (int)(await admin.Api.PostAsync("/api/v1/notifications/sms", new { user_id = person.Id, body = "Hello " + device })).StatusCode == 202, "the number is known");
        await admin.Api.PostAsync("/api/v1/notifications/push", new { user_id = person.Id, title = "Hi", body = "Push " + device, link = "/trips" }).ShouldBeAsync(202);
        using var sandbox = product.ClientOf("sandbox");
        await Until.HoldsAsync(async () => await sandbox.GetStringAsync("/sandbox/phone.json?limit=200"), log => log.Contains("Hello " + device) && log.Contains("Push " + device), "both arrive");

        using var service = product.ServiceClientOf("notifications");
        await service.PostAsync("/internal/notifications/email", new { to = "ops@example.com", subject = "Report", body = "All well." }).ShouldBeAsync(202);
        var deliveries = await Until.HoldsAsync(() => admin.Api.GetAsync($"/api/v1/notifications/deliveries?user_id={person.Id}&status=sent").ReadAsync(), d => d.GetProperty("data").GetArrayLength() >= 5, "all is recorded");
        deliveries.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("provider").GetString()).Distinct().Order().ShouldBe(["fcm", "sendgrid", "twilio"]);
        await admin.Api.GetAsync("/api/v1/notifications/deliveries?status=lost").ShouldRefuseAsync(400, "invalid_status", "status");
    }

    [Theory]
    [InlineData("email", """{"subject":"s","body":"b"}""", "recipient_required", "to")]
    [InlineData("email", """{"to":"a@example.com\r\nBcc: b@example.com","subject":"s","body":"b"}""", "invalid_email", "to")]
    [InlineData("email", """{"to":"a@example.com","subject":"s\nBcc: x","body":"b"}""", "invalid_text", "subject")]
    [InlineData("email", """{"to":"a@example.com","body":"b"}""", "field_required", "subject")]
    [InlineData("sms", """{"to":"12","body":"b"}""", "invalid_phone", "to")]
    [InlineData("sms", """{"to":"+33612345678"}""", "field_required", "body")]
    [InlineData("push", """{"title":"t","body":"b"}""", "field_required", "user_id")]
    [InlineData("push", """{"user_id":"0190a0a0-0000-7000-8000-000000000001","title":"t","body":"b","link":"https://evil.example"}""", "invalid_link", "link")]
    public async Task Bad_messages_are_refused(string channel, string body, string code, string param)
    {
        using var service = product.ServiceClientOf("notifications");
        await service.PostAsync($"/internal/notifications/{channel}", body).ShouldRefuseAsync(400, code, param);
    }

    [Fact]
    public async Task Others_do_not_send_and_the_unknown_are_not_written_to()
    {
        var (admin, person) = (await product.NewAdminAsync(), await product.NewGuestAsync());
        await person.Api.PostAsync("/api/v1/notifications/email", new { to = "a@example.com", subject = "s", body = "b" }).ShouldRefuseAsync(403, "not_allowed");
        await product.Api.PostAsync("/api/v1/notifications/sms", new { to = "+33612345678", body = "b" }).ShouldRefuseAsync(401, "authentication_required");
        await person.Api.GetAsync("/api/v1/notifications/deliveries").ShouldRefuseAsync(403, "not_allowed");
        var nobody = new UserId(Guid.Parse("0190a0a0-0000-7000-8000-000000000001"));
        await admin.Api.PostAsync("/api/v1/notifications/email", new { user_id = nobody, subject = "s", body = "b" }).ShouldRefuseAsync(404, "recipient_not_found");
        await admin.Api.PostAsync("/api/v1/notifications/push", new { user_id = person.Id, title = "t", body = "b" }).ShouldRefuseAsync(404, "recipient_not_found");
        await person.Api.PostAsync("/api/v1/notifications/devices", new { token = "short" }).ShouldRefuseAsync(400, "invalid_device_token", "token");
    }
}
