using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Auth;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Modules.Tests.Notifications;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Users;

public sealed class WalletTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private static async Task<IReadOnlyList<WalletView>> WalletsAsync(Person person) => (await person.Api.GetAsync("/api/v1/users/wallets").ReadAsync<Page<WalletView>>()).Data;

    private async Task<IReadOnlyList<WalletView>> ToldAsync(UserId id)
    {
        using var services = product.ServiceClientOf("users");
        return await services.GetAsync($"/internal/users/{id}/wallets").ReadAsync<List<WalletView>>();
    }

    private static Task<HttpResponseMessage> PutAsync(Person person, TestWallet wallet, object body) => person.Api.PutAsync($"/api/v1/users/wallets/{wallet.Address}", body);

    private Task TellAsync(Contracts.Events.IEvent fact) => Facts.TellAsync(product, "users", fact, null);

    [Fact]
    public async Task A_wallet_comes_when_it_is_linked_is_named_and_goes_when_it_is_taken_off()
    {
        var host = await product.NewHostAsync();
        var wallet = await product.LinkWalletAsync(host);
        var named = await PutAsync(host, wallet, new { label = "  Ledger " }).ReadAsync<WalletView>();
        (named.Address, named.Label, named.Kind, named.ChainId, named.Payout).ShouldBe((wallet.Address.ToString(), "Ledger", "key", 31337, false));
        (await WalletsAsync(host)).ShouldHaveSingleItem().ShouldBe(named);
        (await ToldAsync(host.Id)).ShouldHaveSingleItem().ShouldBe(named);
        (await PutAsync(host, wallet, new { payout = false }).ReadAsync<WalletView>()).Label.ShouldBeNull();

        await host.Api.DeleteAsync($"/api/v1/auth/wallets/{wallet.Address}").ShouldBeAsync(204);
        await Until.HoldsAsync(async () => (await WalletsAsync(host)).Count, n => n == 0, "the wallet is gone", 60);
        await PutAsync(host, wallet, new { label = "x" }).ShouldRefuseAsync(404, "wallet_not_found");
    }

    [Fact]
    public async Task Earnings_go_where_the_host_says_to_one_wallet_and_he_is_told_by_mail()
    {
        var host = await product.NewHostAsync("Inês");
        var (first, second) = (await product.LinkWalletAsync(host), await product.LinkWalletAsync(host));
        (await PutAsync(host, first, new { label = "one", payout = true }).ReadAsync<WalletView>()).Payout.ShouldBeTrue();
        (await product.MailAsync(host.Email, "payout_wallet_changed")).Text().ShouldContain(first.Address.ToString());
        (await PutAsync(host, second, new { payout = true }).ReadAsync<WalletView>()).Payout.ShouldBeTrue();
        (await WalletsAsync(host)).Where(w => w.Payout).ShouldHaveSingleItem().Address.ShouldBe(second.Address.ToString());
        await Until.HoldsAsync(async () => (await product.MailsAsync(host.Email)).Count(m => Mailbox.Is(m, "payout_wallet_changed") && m.Text().Contains(second.Address.ToString(), StringComparison.Ordinal)), n => n == 1, "the second letter", 60);

        // Saying it again tells nobody anything.
        await PutAsync(host, second, new { label = "two", payout = true }).ShouldBeAsync(200);
        (await PutAsync(host, second, new { payout = false }).ReadAsync<WalletView>()).Payout.ShouldBeFalse();
        await Until.HoldsAsync(async () => (await product.MailsAsync(host.Email)).Count(m => Mailbox.Is(m, "payout_wallet_changed")), n => n == 3, "the third letter", 60);
        (await ToldAsync(host.Id)).ShouldAllBe(w => !w.Payout);
    }

    [Fact]
    public async Task Of_many_choices_at_once_one_holds()
    {
        var host = await product.NewHostAsync();
        var wallets = new List<TestWallet>();
        for (var i = 0; i < 4; i++) wallets.Add(await product.LinkWalletAsync(host));
        var answers = await Task.WhenAll(wallets.Concat(wallets).Select(async w => (int)(await PutAsync(host, w, new { payout = true })).StatusCode));
        answers.ShouldAllBe(a => a == 200);
        (await WalletsAsync(host)).Count(w => w.Payout).ShouldBe(1);
    }

    [Fact]
    public async Task Wallets_of_others_are_as_good_as_not_there()
    {
        var (one, two) = (await product.NewHostAsync(), await product.NewHostAsync());
        var wallet = await product.LinkWalletAsync(one);
        await PutAsync(one, wallet, new { label = "mine" }).ShouldBeAsync(200);
        await PutAsync(two, wallet, new { payout = true }).ShouldRefuseAsync(404, "wallet_not_found");
        (await WalletsAsync(two)).ShouldBeEmpty();
        await two.Api.PutAsync("/api/v1/users/wallets/none", new { payout = true }).ShouldRefuseAsync(404, "wallet_not_found");
        await PutAsync(one, wallet, new { label = new string('x', 61) }).ShouldRefuseAsync(400, "field_length", "label");
        await product.Api.GetAsync("/api/v1/users/wallets").ShouldRefuseAsync(401, "authentication_required");
        await product.ClientOf("users").GetAsync($"/internal/users/{one.Id}/wallets").ShouldBeAsync(401);
        (await ToldAsync(UserId.New())).ShouldBeEmpty();
    }

    [Fact]
    public async Task News_of_two_people_in_any_order_leave_the_wallet_with_the_later_one()
    {
        var (one, two, wallet) = (await product.NewHostAsync(), await product.NewHostAsync(), TestWallet.New());
        var (address, now) = (wallet.Address.ToString(), product.Now);
        await TellAsync(new WalletLinked(two.Id, address, "key", 31337, now));
        await TellAsync(new WalletLinked(one.Id, address, "key", 31337, now.AddMinutes(-5)));
        await TellAsync(new WalletUnlinked(one.Id, address));
        await PutAsync(two, wallet, new { label = "mine" }).ShouldBeAsync(200);
        (await WalletsAsync(one)).ShouldBeEmpty();

        await PutAsync(two, wallet, new { payout = true }).ShouldBeAsync(200);
        await TellAsync(new WalletLinked(one.Id, address, "contract", 31337, now.AddMinutes(5)));
        var view = await Until.HoldsAsync(() => WalletsAsync(one), wallets => wallets.Count == 1, "the wallet went over", 60);
        (view[0].Label, view[0].Payout, view[0].Kind).ShouldBe((null, false, "contract"));
        (await WalletsAsync(two)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_erased_keep_no_wallet_and_get_none()
    {
        var guest = await product.NewGuestAsync();
        var wallet = await product.LinkWalletAsync(guest);
        await PutAsync(guest, wallet, new { label = "mine" }).ShouldBeAsync(200);
        await guest.Api.DeleteAsync($"/api/v1/users/{guest.Id}").ShouldBeAsync(204);
        (await ToldAsync(guest.Id)).ShouldBeEmpty();
        await TellAsync(new WalletLinked(guest.Id, wallet.Address.ToString(), "key", 31337, product.Now));
        (await ToldAsync(guest.Id)).ShouldBeEmpty();
    }
}
