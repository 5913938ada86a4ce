using System.Text;
using System.Text.Json;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

public sealed class SignInTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;
    private HttpClient Api => product.Api;

    private static string NewEmail() => $"someone-{Guid.NewGuid():n}@example.com";

    [Fact]
    public async Task The_reference_call_registers_with_201_and_everything_a_session_has()
    {
        var email = NewEmail();
        using var response = await Api.PostAsync("/api/v1/auth/register", new StringContent($$"""{"email":"{{email}}","password":"test123"}""", Encoding.UTF8, "application/json"));
        ((int)response.StatusCode).ShouldBe(201);
        response.Headers.CacheControl?.NoStore.ShouldBeTrue();
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        body.EnumerateObject().Select(p => p.Name).ShouldBe(["user", "access_token", "refresh_token", "token_type", "expires_in"]);
        body.GetProperty("token_type").GetString().ShouldBe("Bearer");
        body.GetProperty("expires_in").GetInt32().ShouldBe(900);
        var user = body.GetProperty("user");
        user.GetProperty("email").GetString().ShouldBe(email);
        user.GetProperty("email_verified").GetBoolean().ShouldBeFalse();
        user.GetProperty("roles").EnumerateArray().Select(r => r.GetString()).ShouldBe(["guest"]);
        user.GetProperty("status").GetString().ShouldBe("active");

        var me = await product.SignedIn(body.GetProperty("access_token").GetString()!).GetAsync("/api/v1/auth/me").ReadAsync<AccountView>();
        me.Email.ShouldBe(email);
    }

    [Fact]
    public async Task An_address_has_one_account_whatever_its_case()
    {
        var email = NewEmail();
        await Api.PostAsync("/api/v1/auth/register", new { email, password = "test123" }).ShouldBeAsync(201);
        await Api.PostAsync("/api/v1/auth/register", new { email = "  " + email.ToUpperInvariant(), password = "test123" }).ShouldRefuseAsync(409, "email_taken", "email");
        (await Api.PostAsync("/api/v1/auth/login", new { email = email.ToUpperInvariant(), password = "test123" }).ReadAsync<SessionView>()).User.Email.ShouldBe(email);
    }

    [Fact]
    public async Task Of_many_registrations_of_one_address_at_once_one_wins()
    {
        var email = NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (int)(await Api.PostAsync("/api/v1/auth/register", new { email, password = "test123" })).StatusCode));
        answers.Order().ShouldBe([201, 409, 409, 409, 409, 409, 409, 409]);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        var person = await product.NewGuestAsync();
        var wrong = await Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = "not this one" }).ShouldRefuseAsync(401, "invalid_credentials");
        var unknown = await Api.PostAsync("/api/v1/auth/login", new { email = NewEmail(), password = "not this one" }).ShouldRefuseAsync(401, "invalid_credentials");
        wrong.GetProperty("detail").GetString().ShouldBe(unknown.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("""{"password":"test123"}""", "field_required", "email")]
    [InlineData("""{"email":"a@example.com"}""", "field_required", "password")]
    [InlineData("""{"email":"a@example.com","password":""}""", "field_required", "password")]
    [InlineData("""{"email":"a@example.com","password":"short"}""", "password_too_short", "password")]
    [InlineData("""{"email":"nobody","password":"test1234"}""", "invalid_email", "email")]
    [InlineData("""{"email":"a@b","password":"test1234"}""", "invalid_email", "email")]
    [InlineData("""{"email":"a b@example.com","password":"test1234"}""", "invalid_email", "email")]
    [InlineData("""{"email":"a\u0000@example.com","password":"test1234"}""", "invalid_email", "email")]
    [InlineData("""{"email":"a@exa\u202emple.com","password":"test1234"}""", "invalid_email", "email")]
    [InlineData("""{"email":"a@example.com\r\nBcc: b@example.com","password":"test1234"}""", "invalid_email", "email")]
    [InlineData("""{"email":"x@example.com","password":"test1234","name":"A\u0000B"}""", "invalid_text", "name")]
    [InlineData("""{"email":"x@example.com","password":"test1234","language":"<script>"}""", "invalid_language", "language")]
    [InlineData("""{"email":42,"password":"test1234"}""", "invalid_json", "email")]
    [InlineData("""{"email":["a@example.com"],"password":"test1234"}""", "invalid_json", "email")]
    [InlineData("""{"email":"a@example.com","password":"\ud800test1234"}""", "invalid_json", "password")]
    [InlineData("""[]""", "invalid_json", null)]
    [InlineData("""{"email":""", "invalid_json", null)]
    [InlineData("", "invalid_request", null)]
    public async Task Bad_registrations_answer_400_and_name_the_field(string body, string code, string? param) =>
        await Api.PostAsync("/api/v1/auth/register", new StringContent(body, Encoding.UTF8, "application/json")).ShouldRefuseAsync(400, code, param);

    [Fact]
    public async Task Endless_addresses_and_passwords_are_refused()
    {
        await Api.PostAsync("/api/v1/auth/register", new { email = new string('a', 100_000) + "@example.com", password = "test1234" }).ShouldRefuseAsync(400, "invalid_email", "email");
        await Api.PostAsync("/api/v1/auth/register", new { email = NewEmail(), password = new string('a', 100_000) }).ShouldRefuseAsync(400, "password_too_long", "password");
        await Api.PostAsync("/api/v1/auth/login", new { email = NewEmail(), password = new string('a', 100_000) }).ShouldRefuseAsync(400, "field_length", "password");
    }

    [Fact]
    public async Task Names_addresses_and_passwords_of_the_whole_world_work()
    {
        var email = $"zoë-{Guid.NewGuid():n}@exämple.com";
        var session = await Api.PostAsync("/api/v1/auth/register", new { email, password = "пароль🔑秘密", name = "Zoë 山田 <b>" }).ReadAsync<SessionView>(201);
        session.User.Name.ShouldBe("Zoë 山田 <b>");
        await Api.PostAsync("/api/v1/auth/login", new { email, password = "пароль🔑秘密" }).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Me_without_a_token_or_with_a_forged_one_is_refused()
    {
        await Api.GetAsync("/api/v1/auth/me").ShouldRefuseAsync(401, "authentication_required");
        var person = await product.NewGuestAsync();
        var parts = person.Session.AccessToken.Split('.');
        var none = Convert.ToBase64String("""{"alg":"none"}"""u8.ToArray()).TrimEnd('=');
        foreach (var forged in new[] { $"{none}.{parts[1]}.", $"{parts[0]}.{parts[1]}.{new string('A', 86)}", "nonsense" })
            await product.SignedIn(forged).GetAsync("/api/v1/auth/me").ShouldRefuseAsync(401, "authentication_required");
    }

    [Fact]
    public async Task A_guest_becomes_a_host_and_the_new_token_says_so()
    {
        var person = await product.NewGuestAsync();
        var session = await person.Api.PostAsync("/api/v1/auth/become-host", new { }).ReadAsync<SessionView>();
        session.User.Roles.ShouldBe([Role.Guest, Role.Host]);
        (await product.SignedIn(session.AccessToken).GetAsync("/api/v1/auth/me").ReadAsync<AccountView>()).Roles.ShouldContain(Role.Host);
        (await Api.PostAsync("/api/v1/auth/refresh", new { refresh_token = session.RefreshToken }).ReadAsync<SessionView>()).User.Roles.ShouldContain(Role.Host);
        await person.Api.PostAsync("/api/v1/auth/become-host", new { }).ShouldBeAsync(200);
        await Api.PostAsync("/api/v1/auth/become-host", new { }).ShouldRefuseAsync(401, "authentication_required");
    }
}
