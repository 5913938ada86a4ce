using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Sandbox;

public sealed class MessageTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly HttpClient http = fixture.Product.ClientOf("sandbox");

    [Fact]
    public async Task A_mail_is_accepted_and_can_be_read()
    {
        var to = $"ada-{Guid.NewGuid():n}@example.com";
        using var sent = await SendMailAsync(Mail(to, "<b>Hello</b><script>alert(1)</script>"));
        ((int)sent.StatusCode).ShouldBe(202);
        sent.Headers.GetValues("X-Message-Id").Single().ShouldNotBeEmpty();

        var mail = (await http.GetAsync("/sandbox/mailbox.json?to=" + to).ReadAsync()).GetProperty("data")[0];
        mail.GetProperty("subject").GetString().ShouldBe("Stay <confirmed>");
        mail.GetProperty("headers").GetProperty("List-Unsubscribe").GetString().ShouldBe("<https://shop.example/u>");
        (await http.GetStringAsync(mail.GetProperty("attachments")[0].GetProperty("url").GetString())).ShouldBe("abc");

        var page = await http.GetStringAsync($"/sandbox/mailbox/{mail.GetProperty("id")}");
        page.ShouldContain("Stay &lt;confirmed&gt;");
        page.ShouldNotContain("<script>");
        using var body = await http.GetAsync($"/sandbox/mailbox/{mail.GetProperty("id")}/body.html");
        body.Headers.GetValues("Content-Security-Policy").Single().ShouldStartWith("sandbox ");
    }

    [Theory]
    [InlineData("{}", "personalizations")]
    [InlineData("""{"personalizations":[{"to":[]}],"from":{"email":"a@b.example"},"subject":"s","content":[{"type":"text/plain","value":"x"}]}""", "personalizations.0.to")]
    [InlineData("""{"personalizations":[{"to":[{"email":"nobody"}]}],"from":{"email":"a@b.example"},"subject":"s","content":[{"type":"text/plain","value":"x"}]}""", "personalizations.0.to.0.email")]
    [InlineData("""{"personalizations":[{"to":[{"email":"a@b.example"}]}],"subject":"s","content":[{"type":"text/plain","value":"x"}]}""", "from.email")]
    [InlineData("""{"personalizations":[{"to":[{"email":"a@b.example"}]}],"from":{"email":"a@b.example"},"content":[{"type":"text/plain","value":"x"}]}""", "subject")]
    [InlineData("""{"personalizations":[{"to":[{"email":"a@b.example"}]}],"from":{"email":"a@b.example"},"subject":"s"}""", "content")]
    [InlineData("not json", null)]
    public async Task A_wrong_mail_is_refused_with_the_field(string body, string? field)
    {
        using var response = await SendMailAsync(body);
        ((int)response.StatusCode).ShouldBe(400);
        var errors = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("errors").EnumerateArray();
        errors.Select(e => e.GetProperty("field").GetString()).ShouldContain(field);
    }

    [Fact]
    public async Task A_mail_without_a_key_is_not_taken()
    {
        using var response = await SendMailAsync(Mail("a@b.example", "x"), "sk_test_wrong_kind");
        ((int)response.StatusCode).ShouldBe(401);
    }

    [Fact]
    public async Task An_SMS_is_queued_and_shown_on_the_phone()
    {
        var to = "+3519" + RandomNumberGenerator.GetInt32(10_000_000, 99_999_999);
        var (status, sent) = await SendSmsAsync(to, "Your stay is confirmed <3");
        status.ShouldBe(201);
        sent.GetProperty("sid").GetString().ShouldStartWith("SM");
        sent.GetProperty("status").GetString().ShouldBe("queued");
        var seen = (await http.GetAsync("/sandbox/phone.json?to=" + Uri.EscapeDataString(to)).ReadAsync()).GetProperty("data")[0];
        seen.GetProperty("body").GetString().ShouldBe("Your stay is confirmed <3");
        (await http.GetStringAsync("/sandbox/phone?to=" + Uri.EscapeDataString(to))).ShouldContain("confirmed &lt;3");
    }

    [Theory]
    [InlineData("", "x", 21604)]
    [InlineData("12345", "x", 21211)]
    [InlineData("+15005550001", "x", 21211)]
    [InlineData("+15005550004", "x", 21610)]
    [InlineData("+15005550009", "x", 21614)]
    [InlineData("+351912345678", "", 21602)]
    public async Task A_wrong_SMS_is_refused_with_its_code(string to, string body, int code)
    {
        var (status, answer) = await SendSmsAsync(to, body);
        status.ShouldBe(400);
        answer.GetProperty("code").GetInt32().ShouldBe(code);
    }

    [Fact]
    public async Task A_push_needs_a_token_for_the_service_account()
    {
        var account = await http.GetAsync("/fcm/service-account.json").ReadAsync();
        var path = $"/fcm/v1/projects/{account.GetProperty("project_id").GetString()}/messages:send";
        var device = "device-" + Guid.NewGuid().ToString("n");
        await http.PostAsync(path, new { message = new { token = device } }).ShouldBeAsync(401);

        using var stranger = RSA.Create(2048);
        (await TokenAsync(account, stranger)).GetProperty("error_description").GetString().ShouldBe("Invalid JWT Signature.");
        using var own = RSA.Create();
        own.ImportFromPem(account.GetProperty("private_key").GetString());
        var token = (await TokenAsync(account, own)).GetProperty("access_token").GetString()!;

        using var phone = fixture.Product.ClientOf("sandbox");
        phone.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var sent = await phone.PostAsync(path, new { message = new { token = device, notification = new { title = "Booked", body = "Lisbon" } } }).ReadAsync();
        sent.GetProperty("name").GetString().ShouldStartWith("projects/");
        (await http.GetAsync("/sandbox/phone.json?to=" + device).ReadAsync()).GetProperty("data")[0].GetProperty("title").GetString().ShouldBe("Booked");
        await phone.PostAsync(path, new { message = new { token = "unregistered-device" } }).ShouldBeAsync(404);
        await phone.PostAsync(path, new { message = new { notification = new { title = "to nobody" } } }).ShouldBeAsync(400);
    }

    private static string Mail(string to, string html) => JsonSerializer.Serialize(new
    {
        personalizations = new[] { new { to = new[] { new { email = to, name = "Ada" } }, headers = new Dictionary<string, string> { ["List-Unsubscribe"] = "<https://shop.example/u>" } } },
        from = new { email = "hello@estospaces.example" },
        subject = "Stay <confirmed>",
        content = new[] { new { type = "text/plain", value = "Hello" }, new { type = "text/html", value = html } },
        attachments = new[] { new { content = Convert.ToBase64String("abc"u8), filename = "a.txt", type = "text/plain" } },
    });

    private async Task<HttpResponseMessage> SendMailAsync(string body, string key = "SG.tests")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sendgrid/v3/mail/send") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new("Bearer", key);
        return await http.SendAsync(request);
    }

    private async Task<(int Status, JsonElement Body)> SendSmsAsync(string to, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/twilio/2010-04-01/Accounts/ACtests/Messages.json")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["To"] = to, ["From"] = "+15005550006", ["Body"] = body }),
        };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("ACtests:token"u8));
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    private async Task<JsonElement> TokenAsync(JsonElement account, RSA key)
    {
        static string Part(object value) => System.Buffers.Text.Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var unsigned = Part(new { alg = "RS256", typ = "JWT" }) + "." + Part(new
        {
            iss = account.GetProperty("client_email").GetString(), scope = "https://www.googleapis.com/auth/firebase.messaging", aud = account.GetProperty("token_uri").GetString(), iat = now, exp = now + 3600,
        });
        var assertion = unsigned + "." + System.Buffers.Text.Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(unsigned), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        using var response = await http.PostAsync("/fcm/token", new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer", ["assertion"] = assertion }));
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }
}
