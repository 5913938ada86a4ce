using EstoSpaces.Contracts.Auth;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

public sealed class PasswordTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private Task<HttpResponseMessage> LoginAsync(string email, string password) => product.Api.PostAsync("/api/v1/auth/login", new { email, password });

    [Fact]
    public async Task A_forgotten_password_is_set_anew_by_a_link_that_works_once()
    {
        var person = await product.NewGuestAsync();
        await product.Api.PostAsync("/api/v1/auth/forgot-password", new { email = person.Email.ToUpperInvariant() }).ShouldBeAsync(202);
        var token = await product.ToldAsync("estospaces.auth.password_reset_requested.v1", person.Id, "token");
        await product.Api.PostAsync("/api/v1/auth/reset-password", new { token, password = "short" }).ShouldRefuseAsync(400, "password_too_short", "password");
        await product.Api.PostAsync("/api/v1/auth/reset-password", new { token, password = "a new password" }).ShouldBeAsync(204);
        await product.Api.PostAsync("/api/v1/auth/reset-password", new { token, password = "another password" }).ShouldRefuseAsync(400, "reset_token_invalid", "token");

        await LoginAsync(person.Email, person.Password).ShouldRefuseAsync(401, "invalid_credentials");
        (await LoginAsync(person.Email, "a new password").ReadAsync<SessionView>()).User.EmailVerified.ShouldBeTrue();
        await person.Api.GetAsync("/api/v1/auth/me").ShouldRefuseAsync(401, "session_ended");
        (await product.CountToldAsync("estospaces.auth.password_changed.v1", person.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task Forgetting_the_password_of_an_unknown_address_gets_the_same_answer_and_no_mail()
    {
        var person = await product.NewGuestAsync();
        var known = await product.Api.PostAsync("/api/v1/auth/forgot-password", new { email = person.Email }).ReadAsync(202);
        var unknown = await product.Api.PostAsync("/api/v1/auth/forgot-password", new { email = "nobody-" + person.Email }).ReadAsync(202);
        unknown.GetRawText().ShouldBe(known.GetRawText());
        await product.Api.PostAsync("/api/v1/auth/forgot-password", new { email = "nobody" }).ShouldRefuseAsync(400, "invalid_email", "email");
    }

    [Fact]
    public async Task Nobody_is_flooded_with_reset_mails()
    {
        var person = await product.NewGuestAsync();
        for (var i = 0; i < 8; i++) await product.Api.PostAsync("/api/v1/auth/forgot-password", new { email = person.Email }).ShouldBeAsync(202);
        (await product.CountToldAsync("estospaces.auth.password_reset_requested.v1", person.Id)).ShouldBe(3);
    }

    [Theory]
    [InlineData("""{"token":"nonsense","password":"long enough"}""", "reset_token_invalid", "token")]
    [InlineData("""{"password":"long enough"}""", "field_required", "token")]
    [InlineData("""{"token":"x"}""", "field_required", "password")]
    [InlineData("""{"token":["x"],"password":"long enough"}""", "invalid_json", "token")]
    public async Task Bad_resets_are_refused(string body, string code, string param) => await product.Api.PostAsync("/api/v1/auth/reset-password", body).ShouldRefuseAsync(400, code, param);

    [Fact]
    public async Task Changing_the_password_needs_the_old_one_and_ends_the_other_sessions()
    {
        var person = await product.NewGuestAsync();
        var other = await LoginAsync(person.Email, person.Password).ReadAsync<SessionView>();
        await person.Api.PostAsync("/api/v1/auth/change-password", new { current_password = "wrong", new_password = "brand new one" }).ShouldRefuseAsync(400, "wrong_password", "current_password");
        await person.Api.PostAsync("/api/v1/auth/change-password", new { current_password = person.Password, new_password = "short" }).ShouldRefuseAsync(400, "password_too_short", "new_password");
        await person.Api.PostAsync("/api/v1/auth/change-password", new { current_password = person.Password, new_password = "brand new one" }).ShouldBeAsync(204);
        await person.Api.GetAsync("/api/v1/auth/me").ShouldBeAsync(200);
        await product.SignedIn(other.AccessToken).GetAsync("/api/v1/auth/me").ShouldRefuseAsync(401, "session_ended");
        await LoginAsync(person.Email, "brand new one").ShouldBeAsync(200);
        await product.Api.PostAsync("/api/v1/auth/change-password", new { current_password = "x", new_password = "brand new one" }).ShouldRefuseAsync(401, "authentication_required");
    }

    [Fact]
    public async Task An_address_is_proved_by_its_link()
    {
        var person = await product.NewGuestAsync();
        var token = await product.ToldAsync("estospaces.auth.email_verification_requested.v1", person.Id, "token");
        await product.Api.PostAsync("/api/v1/auth/verify-email", new { token = "nonsense" }).ShouldRefuseAsync(400, "verification_token_invalid", "token");
        await product.Api.PostAsync("/api/v1/auth/verify-email", new { }).ShouldRefuseAsync(400, "field_required", "token");
        await product.Api.PostAsync("/api/v1/auth/verify-email", new { token }).ShouldBeAsync(200);
        await product.Api.PostAsync("/api/v1/auth/verify-email", new { token }).ShouldBeAsync(200);
        (await person.Api.GetAsync("/api/v1/auth/me").ReadAsync<AccountView>()).EmailVerified.ShouldBeTrue();
        (await product.CountToldAsync("estospaces.auth.email_verified.v1", person.Id)).ShouldBe(1);
        await person.Api.PostAsync("/api/v1/auth/verify-email/resend", new { }).ShouldRefuseAsync(409, "email_already_verified");
    }

    [Fact]
    public async Task The_verification_mail_can_be_asked_for_again_but_not_endlessly()
    {
        var person = await product.NewGuestAsync();
        for (var i = 0; i < 3; i++) await person.Api.PostAsync("/api/v1/auth/verify-email/resend", new { }).ShouldBeAsync(202);
        using var refused = await person.Api.PostAsync("/api/v1/auth/verify-email/resend", new { });
        ((int)refused.StatusCode).ShouldBe(429);
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeGreaterThan(60);
        await product.Api.PostAsync("/api/v1/auth/verify-email/resend", new { }).ShouldRefuseAsync(401, "authentication_required");
    }

    [Fact]
    public async Task Wrong_passwords_lock_the_account_for_a_while_even_for_the_right_one()
    {
        var person = await product.NewGuestAsync();
        for (var i = 0; i < 8; i++) await LoginAsync(person.Email, "wrong one").ShouldRefuseAsync(401, "invalid_credentials");
        await LoginAsync(person.Email, "wrong one").ShouldRefuseAsync(429, "too_many_attempts");
        using var locked = await LoginAsync(person.Email, person.Password);
        ((int)locked.StatusCode).ShouldBe(429);
        locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(20, 31);
        // A reset link lifts the lock: its reader has proved who he is.
        await product.Api.PostAsync("/api/v1/auth/forgot-password", new { email = person.Email }).ShouldBeAsync(202);
        var token = await product.ToldAsync("estospaces.auth.password_reset_requested.v1", person.Id, "token");
        await product.Api.PostAsync("/api/v1/auth/reset-password", new { token, password = "a new password" }).ShouldBeAsync(204);
        await LoginAsync(person.Email, "a new password").ShouldBeAsync(200);
    }

    [Fact]
    public async Task Parallel_guesses_do_not_slip_through_the_lock()
    {
        var person = await product.NewGuestAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ => (int)(await LoginAsync(person.Email, "wrong one")).StatusCode));
        answers.Count(a => a == 401).ShouldBe(8);
        answers.Count(a => a == 429).ShouldBe(22);
    }

    [Fact]
    public async Task An_unknown_address_costs_the_same_work_as_a_known_one()
    {
        var before = await ChecksAsync();
        await LoginAsync($"nobody-{Guid.NewGuid():n}@example.com", "some password").ShouldRefuseAsync(401, "invalid_credentials");
        (await ChecksAsync()).ShouldBeGreaterThan(before);
    }

    private async Task<double> ChecksAsync()
    {
        var text = await product.ClientOf("auth").GetStringAsync("/metrics");
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("estospaces_auth_password_checks", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
