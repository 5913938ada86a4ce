using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

public sealed class GovernTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    [Fact]
    public async Task An_admin_sets_roles_and_nobody_else_does()
    {
        var (admin, person) = (await product.NewAdminAsync(), await product.NewGuestAsync());
        (await admin.Api.PutAsync($"/api/v1/auth/accounts/{person.Id}/roles", new { roles = new[] { "host" } }).ReadAsync<AccountView>()).Roles.ShouldBe([Role.Guest, Role.Host]);
        (await product.CountToldAsync("estospaces.auth.roles_changed.v1", person.Id)).ShouldBe(1);
        await person.Api.PutAsync($"/api/v1/auth/accounts/{person.Id}/roles", new { roles = new[] { "admin" } }).ShouldRefuseAsync(403, "not_allowed");
        await product.Api.GetAsync($"/api/v1/auth/accounts/{person.Id}").ShouldRefuseAsync(401, "authentication_required");
        await admin.Api.PutAsync($"/api/v1/auth/accounts/{admin.Id}/roles", new { roles = new[] { "guest" } }).ShouldRefuseAsync(409, "own_account");
        await admin.Api.PutAsync($"/api/v1/auth/accounts/{person.Id}/roles", new { roles = new[] { "king" } }).ShouldRefuseAsync(400, "invalid_json");
        await admin.Api.PutAsync($"/api/v1/auth/accounts/{person.Id}/roles", new { }).ShouldRefuseAsync(400, "field_required", "roles");
        await admin.Api.PutAsync($"/api/v1/auth/accounts/{UserId.New()}/roles", new { roles = new[] { "host" } }).ShouldRefuseAsync(404, "account_not_found");
    }

    [Fact]
    public async Task A_suspended_account_is_out_at_once_and_back_when_reinstated()
    {
        var (admin, person) = (await product.NewAdminAsync(), await product.NewGuestAsync());
        await admin.Api.PostAsync($"/api/v1/auth/accounts/{person.Id}/suspend", new { }).ShouldRefuseAsync(400, "field_required", "reason");
        (await admin.Api.PostAsync($"/api/v1/auth/accounts/{person.Id}/suspend", new { reason = "fraud" }).ReadAsync<AccountView>()).Status.ShouldBe("suspended");
        await person.Api.GetAsync("/api/v1/auth/me").ShouldRefuseAsync(403, "account_suspended");
        await product.Api.PostAsync("/api/v1/auth/refresh", new { refresh_token = person.Session.RefreshToken }).ShouldRefuseAsync(401, "session_ended");
        await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = person.Password }).ShouldRefuseAsync(403, "account_suspended");
        await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = "wrong" }).ShouldRefuseAsync(401, "invalid_credentials");
        await admin.Api.PostAsync($"/api/v1/auth/accounts/{person.Id}/reinstate", new { }).ShouldBeAsync(200);
        await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = person.Password }).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Sample_accounts_can_sign_in_are_known_to_users_and_come_once()
    {
        var id = UserId.New();
        var email = $"sample-{Guid.NewGuid():n}@example.com";
        var batch = new SampleBatch { Accounts = [new SampleAccount(id, email, "sample password", "Sam", "Ple", "+33612345678", "fr", "FR", "Bonjour", [Role.Host], DateTimeOffset.UtcNow.AddYears(-1))] };
        using var auth = product.ServiceClientOf("auth");
        using var users = product.ServiceClientOf("users");
        foreach (var added in new[] { 1, 0 })
        {
            (await auth.PostAsync("/internal/seed", batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(added);
            (await users.PostAsync("/internal/seed", batch).ReadAsync<SampleOutcome>()).Added.ShouldBe(added);
        }
        var session = await product.Api.PostAsync("/api/v1/auth/login", new { email, password = "sample password" }).ReadAsync<SessionView>();
        (session.User.Id, session.User.EmailVerified).ShouldBe((id, true));
        session.User.Roles.ShouldBe([Role.Guest, Role.Host]);
        (await product.SignedIn(session.AccessToken).GetAsync("/api/v1/users/profile").ReadAsync<ProfileView>()).Bio.ShouldBe("Bonjour");
        (await product.CountToldAsync("estospaces.auth.account_registered.v1", id)).ShouldBe(0);
    }

    [Fact]
    public async Task Admins_find_members_by_name_address_and_role_page_by_page()
    {
        var (admin, tag) = (await product.NewAdminAsync(), "Q" + Guid.NewGuid().ToString("n")[..10]);
        var people = new List<Person>();
        for (var i = 0; i < 3; i++) people.Add(await product.NewGuestAsync($"{tag} Person{i}"));
        await Until.HoldsAsync(async () => (await admin.Api.GetAsync($"/api/v1/users?q={tag}").ReadAsync()).GetProperty("data").GetArrayLength(), n => n == 3, "all are found");
        var first = await admin.Api.GetAsync($"/api/v1/users?q={tag.ToLowerInvariant()}&limit=2").ReadAsync();
        first.GetProperty("data").GetArrayLength().ShouldBe(2);
        var second = await admin.Api.GetAsync($"/api/v1/users?q={tag}&limit=2&cursor={first.GetProperty("next_cursor").GetString()}").ReadAsync();
        second.GetProperty("data").GetArrayLength().ShouldBe(1);
        (await admin.Api.GetAsync($"/api/v1/users?q={tag}&role=host").ReadAsync()).GetProperty("data").GetArrayLength().ShouldBe(0);
        (await admin.Api.GetAsync("/api/v1/users?q=%25").ReadAsync()).GetProperty("data").GetArrayLength().ShouldBe(0);
        await admin.Api.GetAsync("/api/v1/users?role=king").ShouldRefuseAsync(400, "invalid_role", "role");
        await admin.Api.GetAsync("/api/v1/users?limit=1000").ShouldRefuseAsync(400, "invalid_request");
        await people[0].Api.GetAsync("/api/v1/users").ShouldRefuseAsync(403, "not_allowed");
        await product.Api.GetAsync("/api/v1/users").ShouldRefuseAsync(401, "authentication_required");
    }

    [Fact]
    public async Task An_erased_member_is_forgotten_everywhere()
    {
        var person = await product.NewGuestAsync("Vanish Ing");
        await person.Api.DeleteAsync($"/api/v1/users/{person.Id}").ShouldBeAsync(204);
        await product.Api.GetAsync($"/api/v1/users/{person.Id}").ShouldRefuseAsync(404, "user_not_found");
        await person.Api.GetAsync("/api/v1/users/profile").ShouldRefuseAsync(404, "user_not_found");
        await Until.HoldsAsync(async () => (int)(await product.Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = person.Password })).StatusCode == 401, "the account can't sign in");
        await person.Api.GetAsync("/api/v1/auth/me").ShouldRefuseAsync(401, "session_ended");
        await product.Api.PostAsync("/api/v1/auth/register", new { email = person.Email, password = person.Password }).ShouldBeAsync(201);
    }

    [Fact]
    public async Task Admins_and_people_with_stays_are_not_erased()
    {
        var admin = await product.NewAdminAsync();
        await admin.Api.DeleteAsync($"/api/v1/users/{admin.Id}").ShouldRefuseAsync(409, "admin_must_step_down");
        var (guest, host) = (await product.NewGuestAsync("Guest"), await product.NewHostAsync("Host"));
        var stay = BookingFactsFor.Between(guest.Id, host.Id);
        await Facts.TellAsync(product, "users", new BookingConfirmed(stay, new PaymentId(Guid.CreateVersion7()), product.Now, BookingFactsFor.Place));
        await guest.Api.DeleteAsync($"/api/v1/users/{guest.Id}").ShouldRefuseAsync(409, "stays_open");
        await admin.Api.DeleteAsync($"/api/v1/users/{host.Id}").ShouldRefuseAsync(409, "stays_open");
        await Facts.TellAsync(product, "users", new StayCompleted(stay, product.Now, product.Now.AddDays(2)));
        await admin.Api.DeleteAsync($"/api/v1/users/{guest.Id}").ShouldBeAsync(204);
    }
}
