using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Samples;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Modules.Tests.Notifications;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Auth;

/// <summary>Signing in, registering and linking with a wallet, as honest people do it.</summary>
public sealed class WalletTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;
    private HttpClient Api => product.Api;

    private static string NewEmail() => $"wallet-{Guid.NewGuid():n}@example.com";

    private sealed record Linked(string Address, string Kind, long ChainId, DateTimeOffset LinkedAt);

    private static async Task<IReadOnlyList<Linked>> WalletsAsync(HttpClient api) => (await api.GetAsync("/api/v1/auth/wallets").ReadAsync<Page<Linked>>()).Data;

    /// <summary>An account without a password, made by the wallet.</summary>
    private async Task<(Person Person, TestWallet Wallet)> RegisteredAsync()
    {
        var (wallet, email) = (TestWallet.New(), NewEmail());
        var signed = await product.SignInMessageAsync(wallet);
        var session = await Api.PostAsync("/api/v1/auth/wallet/register", new { signed.Message, signed.Signature, email, name = "Ada Lovelace", language = "fr" }).ReadAsync<SessionView>(201);
        return (new Person(session.User.Id, email, "", product.SignedIn(session.AccessToken), session), wallet);
    }

    private async Task<string> ResetTokenAsync(Person person)
    {
        await Api.PostAsync("/api/v1/auth/forgot-password", new { email = person.Email }).ShouldBeAsync(202);
        return (await product.ToldAsync("estospaces.auth.password_reset_requested.v1", person.Id, "token"))!;
    }

    [Fact]
    public async Task The_message_that_is_proposed_is_one_of_EIP_4361_for_our_page_and_chain()
    {
        var wallet = TestWallet.New();
        var proposed = await Api.PostAsync("/api/v1/auth/wallet/nonce", new { address = wallet.Address.ToString().ToLowerInvariant(), chain_id = 31337 }).ReadAsync();
        var web = product.Product.AddressOf("web");
        SignInMessageReader.TryRead(proposed.GetProperty("message").GetString(), out var message, out var flaw).ShouldBeTrue(flaw);
        message!.Address.ShouldBe(wallet.Address);
        (message.Domain, message.Uri, message.ChainId).ShouldBe((web.Authority, $"{web.Scheme}://{web.Authority}", 31337));
        (message.ExpirationTime - message.IssuedAt).ShouldBe(TimeSpan.FromMinutes(10));
        message.Nonce.Length.ShouldBe(24);
        proposed.GetProperty("nonce").GetString().ShouldBe(message.Nonce);
        proposed.GetProperty("domain").GetString().ShouldBe(message.Domain);
        proposed.GetProperty("uri").GetString().ShouldBe(message.Uri);
        proposed.GetProperty("statement").GetString().ShouldBe(message.Statement);
        proposed.GetProperty("chain_id").GetInt64().ShouldBe(31337);
        proposed.GetProperty("issued_at").GetDateTimeOffset().ShouldBe(message.IssuedAt);
        proposed.GetProperty("expires_at").GetDateTimeOffset().ShouldBe(message.ExpirationTime!.Value);
    }

    [Fact]
    public async Task A_linked_wallet_signs_in_with_everything_that_a_password_gives()
    {
        var host = await product.NewHostAsync("Grace");
        var wallet = await product.LinkWalletAsync(host);
        using var response = await Api.PostAsync("/api/v1/auth/wallet/login", await product.SignInMessageAsync(wallet));
        ((int)response.StatusCode).ShouldBe(200);
        response.Headers.CacheControl?.NoStore.ShouldBeTrue();
        var session = System.Text.Json.JsonSerializer.Deserialize<SessionView>(await response.Content.ReadAsStringAsync(), Wire.Json)!;
        session.User.Id.ShouldBe(host.Id);
        session.User.Roles.ShouldContain(Role.Host);
        await product.SignedIn(session.AccessToken).GetAsync("/api/v1/users/profile").ShouldBeAsync(200);
        (await Api.PostAsync("/api/v1/auth/refresh", new { refresh_token = session.RefreshToken }).ReadAsync<SessionView>()).User.Id.ShouldBe(host.Id);
        (await product.SignedIn(session.AccessToken).GetAsync("/api/v1/auth/sessions").ReadAsync()).GetProperty("data").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task A_stranger_registers_with_the_message_that_login_did_not_know()
    {
        var (wallet, email) = (TestWallet.New(), NewEmail());
        var signed = await product.SignInMessageAsync(wallet);
        await Api.PostAsync("/api/v1/auth/wallet/login", signed).ShouldRefuseAsync(404, "wallet_unknown");
        var session = await Api.PostAsync("/api/v1/auth/wallet/register", new { signed.Message, signed.Signature, email, name = "Ada", language = "fr" }).ReadAsync<SessionView>(201);
        (session.User.Email, session.User.EmailVerified, session.User.Name).ShouldBe((email, false, "Ada"));
        session.User.Roles.ShouldBe([Role.Guest]);
        (await WalletsAsync(product.SignedIn(session.AccessToken))).ShouldHaveSingleItem().Address.ShouldBe(wallet.Address.ToString());
        (await product.SignInAsync(wallet)).User.Id.ShouldBe(session.User.Id);
        (await product.MailAsync(email, "verify_email")).Subject().ShouldBe("Confirmez votre adresse e-mail");
        (await product.CountToldAsync("estospaces.auth.account_registered.v1", session.User.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task Registering_with_a_known_address_or_wallet_is_refused_and_may_be_tried_again()
    {
        var (other, (person, wallet)) = (await product.NewGuestAsync(), await RegisteredAsync());
        var fresh = TestWallet.New();
        var signed = await product.SignInMessageAsync(fresh);
        await Api.PostAsync("/api/v1/auth/wallet/register", new { signed.Message, signed.Signature, email = other.Email.ToUpperInvariant() }).ShouldRefuseAsync(409, "email_taken", "email");
        await Api.PostAsync("/api/v1/auth/wallet/register", new { signed.Message, signed.Signature, email = NewEmail() }).ShouldBeAsync(201);

        var again = await product.SignInMessageAsync(wallet);
        await Api.PostAsync("/api/v1/auth/wallet/register", new { again.Message, again.Signature, email = NewEmail() }).ShouldRefuseAsync(409, "wallet_taken");
        (await WalletsAsync(person.Api)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_many_registrations_at_once_one_wins()
    {
        var wallet = TestWallet.New();
        var signed = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => product.SignInMessageAsync(wallet)));
        var answers = await Task.WhenAll(signed.Select(async s => (int)(await Api.PostAsync("/api/v1/auth/wallet/register", new { s.Message, s.Signature, email = NewEmail() })).StatusCode));
        answers.Order().ShouldBe([201, 409, 409, 409, 409, 409]);
    }

    [Fact]
    public async Task Wallets_are_linked_listed_and_taken_off_and_their_owner_is_told_each_time()
    {
        var person = await product.NewGuestAsync("Grace");
        (await WalletsAsync(person.Api)).ShouldBeEmpty();
        var (first, second) = (await product.LinkWalletAsync(person), await product.LinkWalletAsync(person));
        var wallets = await WalletsAsync(person.Api);
        wallets.Select(w => w.Address).ShouldBe([first.Address.ToString(), second.Address.ToString()]);
        wallets.ShouldAllBe(w => w.Kind == "key" && w.ChainId == 31337);
        (await product.MailAsync(person.Email, "wallet_linked")).Text().ShouldContain("was linked to your account");

        await person.Api.DeleteAsync($"/api/v1/auth/wallets/{first.Address.ToString().ToLowerInvariant()}").ShouldBeAsync(204);
        await person.Api.DeleteAsync($"/api/v1/auth/wallets/{first.Address}").ShouldRefuseAsync(404, "wallet_not_found");
        await Api.PostAsync("/api/v1/auth/wallet/login", await product.SignInMessageAsync(first)).ShouldRefuseAsync(404, "wallet_unknown");
        (await product.SignInAsync(second)).User.Id.ShouldBe(person.Id);
        (await product.MailAsync(person.Email, "wallet_unlinked")).Text().ShouldContain(first.Address.ToString());

        // Who was rid of it may have it elsewhere.
        var other = await product.NewGuestAsync();
        await other.Api.PostAsync("/api/v1/auth/wallets", await product.SignInMessageAsync(first)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Linking_again_changes_nothing_also_with_the_same_message()
    {
        var (person, wallet) = (await product.NewGuestAsync(), TestWallet.New());
        var signed = await product.SignInMessageAsync(wallet);
        var once = await person.Api.PostAsync("/api/v1/auth/wallets", signed).ReadAsync<Linked>();
        (await person.Api.PostAsync("/api/v1/auth/wallets", signed).ReadAsync<Linked>()).LinkedAt.ShouldBe(once.LinkedAt, TimeSpan.FromMilliseconds(1));
        await person.Api.PostAsync("/api/v1/auth/wallets", await product.SignInMessageAsync(wallet)).ShouldBeAsync(200);
        (await WalletsAsync(person.Api)).Count.ShouldBe(1);
        (await product.CountToldAsync("estospaces.auth.wallet_linked.v1", person.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task A_wallet_belongs_to_one_account()
    {
        var (one, two) = (await product.NewGuestAsync(), await product.NewGuestAsync());
        var wallet = await product.LinkWalletAsync(one);
        var signed = await product.SignInMessageAsync(wallet);
        await two.Api.PostAsync("/api/v1/auth/wallets", signed).ShouldRefuseAsync(409, "wallet_taken");
        await two.Api.DeleteAsync($"/api/v1/auth/wallets/{wallet.Address}").ShouldRefuseAsync(404, "wallet_not_found");
        (await product.SignInAsync(wallet)).User.Id.ShouldBe(one.Id);
    }

    [Fact]
    public async Task The_last_way_of_signing_in_stays_until_there_is_a_password()
    {
        var (person, wallet) = await RegisteredAsync();
        var path = $"/api/v1/auth/wallets/{wallet.Address}";
        await person.Api.DeleteAsync(path).ShouldRefuseAsync(409, "wallet_last_way");
        var second = await product.LinkWalletAsync(person);
        await person.Api.DeleteAsync(path).ShouldBeAsync(204);
        await person.Api.DeleteAsync($"/api/v1/auth/wallets/{second.Address}").ShouldRefuseAsync(409, "wallet_last_way");

        var verify = (await product.ToldAsync("estospaces.auth.email_verification_requested.v1", person.Id, "token"))!;
        await Api.PostAsync("/api/v1/auth/verify-email", new { token = verify }).ShouldBeAsync(200);
        await Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = "" }).ShouldRefuseAsync(401, "invalid_credentials");
        await Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = "anything else" }).ShouldRefuseAsync(401, "invalid_credentials");
        await Api.PostAsync("/api/v1/auth/reset-password", new { token = await ResetTokenAsync(person), password = "a password at last" }).ShouldBeAsync(204);
        var session = await Api.PostAsync("/api/v1/auth/login", new { email = person.Email, password = "a password at last" }).ReadAsync<SessionView>();
        (await product.SignInAsync(second)).User.Id.ShouldBe(person.Id);
        await product.SignedIn(session.AccessToken).DeleteAsync($"/api/v1/auth/wallets/{second.Address}").ShouldBeAsync(204);
    }

    [Fact]
    public async Task Wallets_of_who_registered_with_anothers_address_are_gone_when_its_owner_comes()
    {
        var (squatter, wallet) = await RegisteredAsync();
        await Api.PostAsync("/api/v1/auth/reset-password", new { token = await ResetTokenAsync(squatter), password = "the owner's own" }).ShouldBeAsync(204);
        await Api.PostAsync("/api/v1/auth/wallet/login", await product.SignInMessageAsync(wallet)).ShouldRefuseAsync(404, "wallet_unknown");
        await squatter.Api.GetAsync("/api/v1/auth/wallets").ShouldRefuseAsync(401, "session_ended");
        await Api.PostAsync("/api/v1/auth/login", new { email = squatter.Email, password = "the owner's own" }).ShouldBeAsync(200);
        (await product.CountToldAsync("estospaces.auth.wallet_unlinked.v1", squatter.Id)).ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_has_more_than_twenty_wallets_even_at_once()
    {
        var person = await product.NewGuestAsync();
        var signed = await Task.WhenAll(Enumerable.Range(0, 22).Select(_ => product.SignInMessageAsync(TestWallet.New())));
        var answers = await Task.WhenAll(signed.Select(async s => (int)(await person.Api.PostAsync("/api/v1/auth/wallets", s)).StatusCode));
        answers.Count(a => a == 200).ShouldBe(20);
        answers.Count(a => a == 409).ShouldBe(2);
    }

    [Fact]
    public async Task Suspended_and_erased_accounts_are_not_signed_in_and_an_erased_ones_wallet_is_free()
    {
        var (admin, person) = (await product.NewAdminAsync(), await product.NewGuestAsync());
        var wallet = await product.LinkWalletAsync(person);
        await admin.Api.PostAsync($"/api/v1/auth/accounts/{person.Id}/suspend", new { reason = "test" }).ShouldBeAsync(200);
        await Api.PostAsync("/api/v1/auth/wallet/login", await product.SignInMessageAsync(wallet)).ShouldRefuseAsync(403, "account_suspended");
        await admin.Api.PostAsync($"/api/v1/auth/accounts/{person.Id}/reinstate", new { }).ShouldBeAsync(200);
        var session = await product.SignInAsync(wallet);

        await product.SignedIn(session.AccessToken).DeleteAsync($"/api/v1/users/{person.Id}").ShouldBeAsync(204);
        await Until.HoldsAsync(async () => (int)(await Api.PostAsync("/api/v1/auth/wallet/login", await product.SignInMessageAsync(wallet))).StatusCode == 404, "the wallet is forgotten", 60);
        var other = await product.NewGuestAsync();
        await other.Api.PostAsync("/api/v1/auth/wallets", await product.SignInMessageAsync(wallet)).ShouldBeAsync(200);
    }

    [Fact]
    public async Task Sample_people_have_wallets_and_hosts_are_paid_there()
    {
        var (wallet, id) = (TestWallet.New(), UserId.New());
        var batch = new SampleBatch { Accounts = [new SampleAccount(id, NewEmail(), "welcome-home", "Sample", "Host", null, "en", "FR", null, [Role.Guest, Role.Host], product.Now, wallet.Address.ToString())] };
        using var auth = product.ServiceClientOf("auth");
        using var users = product.ServiceClientOf("users");
        for (var i = 0; i < 2; i++)
        {
            await auth.PostAsync("/internal/seed", batch).ShouldBeAsync(200);
            await users.PostAsync("/internal/seed", batch).ShouldBeAsync(200);
        }
        (await product.SignInAsync(wallet)).User.Id.ShouldBe(id);
        var view = (await users.GetAsync($"/internal/users/{id}/wallets").ReadAsync<List<Contracts.Users.WalletView>>()).ShouldHaveSingleItem();
        (view.Address, view.Kind, view.ChainId, view.Payout).ShouldBe((wallet.Address.ToString(), "key", 31337, true));
    }

    [Fact]
    public async Task The_libraries_of_siwe_and_ethers_walk_the_whole_road()
    {
        var web = product.Product.AddressOf("web");
        (await NodeScript.RunAsync("siwe.mjs", "", product.Api.BaseAddress!.ToString(), $"{web.Scheme}://{web.Authority}")).ShouldContain("walked through");
    }
}
