using EstoSpaces.Contracts.Auth;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

public sealed class SessionTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private Task<HttpResponseMessage> RefreshAsync(string token) => product.Api.PostAsync("/api/v1/auth/refresh", new { refresh_token = token });

    [Fact]
    public async Task Refresh_tokens_rotate_on_use()
    {
        var person = await product.NewGuestAsync();
        var second = await RefreshAsync(person.Session.RefreshToken).ReadAsync<SessionView>();
        second.RefreshToken.ShouldNotBe(person.Session.RefreshToken);
        second.User.Id.ShouldBe(person.Id);
        var third = await RefreshAsync(second.RefreshToken).ReadAsync<SessionView>();
        await product.SignedIn(third.AccessToken).GetAsync("/api/v1/auth/me").ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_repeated_refresh_of_a_moment_ago_gets_the_same_answer_again()
    {
        var person = await product.NewGuestAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RefreshAsync(person.Session.RefreshToken).ReadAsync<SessionView>()));
        answers.Select(a => a.RefreshToken).Distinct().Count().ShouldBe(1);
        await RefreshAsync(answers[0].RefreshToken).ShouldBeAsync(200);
    }

    [Fact]
    public async Task A_token_that_was_used_and_followed_ends_the_whole_session_when_it_comes_again()
    {
        var person = await product.NewGuestAsync();
        var second = await RefreshAsync(person.Session.RefreshToken).ReadAsync<SessionView>();
        var third = await RefreshAsync(second.RefreshToken).ReadAsync<SessionView>();
        await RefreshAsync(person.Session.RefreshToken).ShouldRefuseAsync(401, "refresh_token_reused");
        await RefreshAsync(third.RefreshToken).ShouldRefuseAsync(401, "session_ended");
        await product.SignedIn(third.AccessToken).GetAsync("/api/v1/auth/me").ShouldRefuseAsync(401, "session_ended");
        (await product.ToldAsync("estospaces.auth.session_revoked.v1", person.Id, "session_id")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_token_used_long_ago_ends_the_session_even_if_nothing_followed()
    {
        var person = await product.NewGuestAsync();
        var second = await RefreshAsync(person.Session.RefreshToken).ReadAsync<SessionView>();
        await product.Inside<NpgsqlDataSource>("auth").ExecuteAsync("update refresh_tokens t set used_at = used_at - interval '11 seconds' from sessions s where s.id = t.session_id and s.user_id = $1", [person.Id.Value], default);
        await RefreshAsync(person.Session.RefreshToken).ShouldRefuseAsync(401, "refresh_token_reused");
        await RefreshAsync(second.RefreshToken).ShouldRefuseAsync(401, "session_ended");
    }

    [Theory]
    [InlineData("""{"refresh_token":"nonsense"}""", 401, "refresh_token_invalid")]
    [InlineData("""{"refresh_token":""}""", 400, "field_required")]
    [InlineData("""{}""", 400, "field_required")]
    [InlineData("""{"refresh_token":7}""", 400, "invalid_json")]
    public async Task Other_refresh_tokens_are_refused(string body, int status, string code) => await product.Api.PostAsync("/api/v1/auth/refresh", body).ShouldRefuseAsync(status, code);

    [Fact]
    public async Task Signing_out_ends_the_session_and_twice_is_fine()
    {
        var person = await product.NewGuestAsync();
        await person.Api.PostAsync("/api/v1/auth/logout", new { }).ShouldBeAsync(204);
        await person.Api.PostAsync("/api/v1/auth/logout", new { }).ShouldBeAsync(204);
        await RefreshAsync(person.Session.RefreshToken).ShouldRefuseAsync(401, "session_ended");

        var other = await product.NewGuestAsync();
        await product.Api.PostAsync("/api/v1/auth/logout", new { refresh_token = other.Session.RefreshToken }).ShouldBeAsync(204);
        await other.Api.GetAsync("/api/v1/auth/me").ShouldRefuseAsync(401, "session_ended");
        await product.Api.PostAsync("/api/v1/auth/logout", content: null).ShouldRefuseAsync(401, "authentication_required");
    }

    [Fact]
    public async Task Sessions_are_listed_with_their_device_and_can_be_ended_by_their_owner_only()
    {
        var (person, other) = (await product.NewGuestAsync(), await product.NewGuestAsync());
        using var login = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login") { Content = System.Net.Http.Json.JsonContent.Create(new { email = person.Email, password = person.Password }) };
        login.Headers.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1");
        var phone = await product.Api.SendAsync(login).ReadAsync<SessionView>();
        await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = person.Password }).ShouldBeAsync(200);

        var sessions = (await person.Api.GetAsync("/api/v1/auth/sessions").ReadAsync()).GetProperty("data").EnumerateArray().ToList();
        sessions.Count.ShouldBe(3);
        sessions.Count(s => s.GetProperty("current").GetBoolean()).ShouldBe(1);
        var onPhone = sessions.Single(s => s.GetProperty("device").GetString() == "Safari on iPhone");
        var id = onPhone.GetProperty("id").GetString();
        onPhone.GetProperty("ip").GetString().ShouldNotBeNullOrEmpty();

        await other.Api.DeleteAsync($"/api/v1/auth/sessions/{id}").ShouldRefuseAsync(404, "session_not_found");
        await person.Api.DeleteAsync($"/api/v1/auth/sessions/{id}").ShouldBeAsync(204);
        await product.SignedIn(phone.AccessToken).GetAsync("/api/v1/auth/me").ShouldRefuseAsync(401, "session_ended");
        await person.Api.DeleteAsync("/api/v1/auth/sessions").ShouldBeAsync(204);
        (await person.Api.GetAsync("/api/v1/auth/sessions").ReadAsync()).GetProperty("data").EnumerateArray().Single().GetProperty("current").GetBoolean().ShouldBeTrue();
        await product.Api.GetAsync("/api/v1/auth/sessions").ShouldRefuseAsync(401, "authentication_required");
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("1.2.3.4, 203.0.113.7, 10.0.0.9", "203.0.113.7")]
    [InlineData("nonsense, 203.0.113.7", "203.0.113.7")]
    public async Task The_client_behind_our_proxies_is_seen_and_what_it_claims_is_not_believed(string forwarded, string seen)
    {
        var person = await product.NewGuestAsync();
        using var login = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/login") { Content = System.Net.Http.Json.JsonContent.Create(new { email = person.Email, password = person.Password }) };
        login.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
        var session = await product.Api.SendAsync(login).ReadAsync<SessionView>();
        (await product.SignedIn(session.AccessToken).GetAsync("/api/v1/auth/sessions").ReadAsync()).GetProperty("data").EnumerateArray().Single(s => s.GetProperty("current").GetBoolean()).GetProperty("ip").GetString().ShouldBe(seen);
    }

    [Fact]
    public async Task Only_hashes_of_secrets_are_kept()
    {
        var person = await product.NewGuestAsync();
        var source = product.Inside<NpgsqlDataSource>("auth");
        var everything = await source.QueryAsync("""
            select coalesce(string_agg(t::text, ' '), '') from (select u::text as t from users u union all select r::text from refresh_tokens r union all select s::text from sessions s union all select k::text from signing_keys k) as rows
            """, [], r => r.GetString(0), default);
        everything[0].ShouldNotContain(person.Session.RefreshToken);
        everything[0].ShouldNotContain(person.Password);
    }
}
