using EstoSpaces.Testing;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace EstoSpaces.Web.Tests;

/// <summary>The road of somebody who pays, signs in or proves a home with a wallet. The contract and the chain are real, the wallet is the test's.</summary>
[Collection(BrowserCollection.Name)]
public sealed class WalletRoadTests(WithBrowser house)
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_guest_connects_switches_the_network_proves_the_wallet_pays_and_is_confirmed(int width, ColorScheme scheme)
    {
        await using var visit = await house.VisitAsync(width, scheme: scheme);
        var wallet = await visit.WithWalletAsync();
        (wallet.ChainId, wallet.KnowsTheChain) = ("0x1", false);
        await visit.StandsAtPaymentAsync(house.NextWeek());
        await visit.Main.GetByRole(AriaRole.Link, new() { Name = "From an Ethereum wallet" }).ClickAsync();
        var choice = visit.Main.GetByRole(AriaRole.Button, new() { Name = FakeWallet.Name });
        await choice.WaitForAsync();
        await visit.LooksRightAsync("wallet-connect");

        await choice.ClickAsync();
        var sign = visit.Main.GetByRole(AriaRole.Button, new() { Name = "Sign in my wallet" });
        await sign.WaitForAsync();
        wallet.Asked.ShouldContain("wallet_addEthereumChain");
        wallet.ChainId.ShouldBe("0x7a69");
        await visit.LooksRightAsync("wallet-prove");

        await sign.ClickAsync();
        var send = visit.Main.GetByRole(AriaRole.Button, new() { NameRegex = new("^Send [0-9.]+ ETH$") });
        await send.WaitForAsync();
        (await visit.Page.Locator(".terms").InnerTextAsync()).ShouldContain("€1,031.01");
        await visit.LooksRightAsync("wallet-review");

        // In the middle: the page is loaded again, and the person goes on by keyboard alone.
        await visit.Page.ReloadAsync();
        await send.WaitForAsync();
        await send.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await visit.ArrivesAsync("/trips/.*new=1");
        wallet.Sent.ShouldNotBeNull();
        await visit.SeesAsync("You're going to Lisbon");
        await visit.SeesAsync("Held by the contract");
        await visit.SeesAsync("Paid into the contract");
        await visit.LooksRightAsync("wallet-paid");
    }

    [Fact]
    public async Task A_no_in_the_wallet_loses_nothing_and_a_window_that_is_open_already_is_told()
    {
        await using var visit = await house.VisitAsync();
        var wallet = await visit.WithWalletAsync();
        var send = await visit.StandsBeforeSendingAsync(house.NextWeek());

        wallet.SaysNo = true;
        await send.ClickAsync();
        await visit.SeesAsync("You said no in the wallet");
        await visit.LooksRightAsync("wallet-rejected");
        (wallet.SaysNo, wallet.Busy) = (false, true);
        await send.ClickAsync();
        await visit.SeesAsync("Your wallet is still asking something");
        wallet.Busy = false;
        await send.ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
    }

    [Fact]
    public async Task A_purse_that_is_too_small_is_told_with_what_is_needed_there_and_missing_before_anything_is_sent()
    {
        await using var visit = await house.VisitAsync();
        var wallet = await visit.WithWalletAsync();
        var send = await visit.StandsBeforeSendingAsync(house.NextWeek());
        wallet.Balance = "0x16345785d8a0000"; // a tenth of an ether
        await send.ClickAsync();
        await visit.SeesAsync("is missing");
        (await visit.Page.Locator("[data-problem-words]").InnerTextAsync()).Replace('\u00a0', ' ').ShouldContain("this wallet has 0.1 ETH");
        wallet.Asked.ShouldNotContain("eth_sendTransaction");
        await visit.LooksRightAsync("wallet-too-low");
    }

    [Fact]
    public async Task Another_account_in_front_is_told_and_the_right_one_pays()
    {
        await using var visit = await house.VisitAsync();
        var wallet = await visit.WithWalletAsync();
        var send = await visit.StandsBeforeSendingAsync(house.NextWeek());
        wallet.Account = TestWallet.New().Address.ToString();
        await send.ClickAsync();
        await visit.SeesAsync("Another account is in front");
        wallet.Account = wallet.Address;
        await send.ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
    }

    [Fact]
    public async Task A_second_tab_finds_the_payment_that_the_first_one_made()
    {
        await using var visit = await house.VisitAsync();
        await visit.WithWalletAsync();
        var send = await visit.StandsBeforeSendingAsync(house.NextWeek());
        var second = await visit.Page.Context.NewPageAsync();
        await second.GotoAsync(new Uri(visit.Page.Url).AbsolutePath);
        // There is no wallet in the second one, and it still knows which wallet it is and what is to be sent.
        await second.Locator("[data-state=awaited]").WaitForAsync();
        await send.ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
        await second.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/trips/"));
    }

    [Fact]
    public async Task Where_the_host_takes_no_ether_the_page_says_so_and_offers_the_card()
    {
        await using var visit = await house.VisitAsync();
        var (checkIn, checkOut) = house.NextWeek();
        await visit.GoAsync($"/homes/{house.CardOnly.Id}/book?check_in={checkIn:yyyy-MM-dd}&check_out={checkOut:yyyy-MM-dd}&adults=2");
        await visit.SignUpAsync();
        await visit.ArrivesAsync("/book");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Hold these nights and pay" }).ClickAsync();
        await visit.ArrivesAsync("/checkout/");
        await visit.SeesAsync("This host doesn't take ether.");
        (await visit.Main.GetByRole(AriaRole.Link, new() { Name = "From an Ethereum wallet" }).CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_demo_wallet_shows_what_it_signs_and_sends_and_takes_no_for_an_answer()
    {
        await using var visit = await house.VisitAsync();
        await house.Product.ChainIsOnAsync();
        await visit.StandsAtPaymentAsync(house.NextWeek());
        await visit.Main.GetByRole(AriaRole.Link, new() { Name = "From an Ethereum wallet" }).ClickAsync();
        var dialog = visit.Page.Locator("dialog[open]");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Demo wallet" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await visit.SeesAsync("You said no in the wallet");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Demo wallet" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Account 3" }).ClickAsync();
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Sign in my wallet" }).ClickAsync();
        (await dialog.Locator(".signed").InnerTextAsync()).ShouldContain("wants you to sign in with your Ethereum account");
        await visit.LooksRightAsync("demo-wallet-sign");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Sign", Exact = true }).ClickAsync();
        await visit.Page.Locator("[data-do=send]").ClickAsync();
        await dialog.GetByText("Approve and send").WaitForAsync();
        await visit.LooksRightAsync("demo-wallet-send");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Approve and send" }).ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
    }

    [Fact]
    public async Task A_trip_that_was_paid_from_a_wallet_is_cancelled_and_the_ether_goes_back()
    {
        await using var visit = await house.VisitAsync();
        var wallet = await visit.WithWalletAsync();
        var send = await visit.StandsBeforeSendingAsync(house.NextWeek());
        await send.ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
        await visit.SeesAsync("Held by the contract");
        await visit.Main.GetByRole(AriaRole.Link, new() { Name = "Cancel the booking" }).ClickAsync();
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Cancel and get €1,031.01 back" }).ClickAsync();
        await visit.ArrivesAsync("cancelled=1");
        await Until.HoldsAsync(async () =>
        {
            await visit.Page.ReloadAsync();
            return await visit.Main.GetByText("the guest's part credited").Or(visit.Main.GetByText("Everything credited to the guest")).CountAsync() > 0;
        }, "the trip shows the refund on the chain", 60);
        await visit.LooksRightAsync("wallet-cancelled");
    }

    [Fact]
    public async Task A_host_records_a_home_on_the_chain_and_every_guest_can_check_it()
    {
        await using var visit = await house.VisitAsync();
        await house.Product.ChainIsOnAsync();
        await visit.SignsInAsync(house.Host, $"/host/listings/{house.Home.Id}");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Record it on chain" }).ClickAsync();
        // The operator's transaction and the blocks on it take their time on a busy machine.
        await visit.Main.GetByText("Guests see this on your listing's page.").WaitForAsync(new() { Timeout = 60_000 });
        await visit.LooksRightAsync("listing-recorded");
        await visit.GoAsync($"/homes/{house.Home.Id}");
        await visit.Main.GetByText("How to check it").ClickAsync();
        await visit.SeesAsync("Hash of the listing");
        await visit.LooksRightAsync("listing-on-chain");
    }

    [Fact]
    public async Task A_host_sees_the_ether_of_a_reservation_and_chooses_where_it_goes()
    {
        await using var visit = await house.VisitAsync();
        await visit.WithWalletAsync();
        var send = await visit.StandsBeforeSendingAsync(house.NextWeek());
        await send.ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
        var booking = new Uri(visit.Page.Url).Segments[^1];
        await using var host = await house.VisitAsync(390, scheme: ColorScheme.Dark);
        await host.SignsInAsync(house.Host, $"/host/bookings/{booking}");
        await host.SeesAsync("Held by the contract");
        await host.LooksRightAsync("host-escrow");
        await host.GoAsync("/account/wallets");
        await host.SeesAsync("earnings go here");
        await host.SeesAsync("Choose a wallet that you can open");
        await host.LooksRightAsync("host-wallets");
    }

    [Fact]
    public async Task A_wallet_is_linked_named_signs_in_and_is_removed()
    {
        await using var visit = await house.VisitAsync(390);
        var wallet = await visit.WithWalletAsync();
        var person = await house.Product.NewGuestAsync("Mei Tanaka");
        await visit.SignsInAsync(person, "/account/wallets");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Connect and sign" }).ClickAsync();
        await visit.ChoosesWalletAsync();
        await visit.SeesAsync("Wallet 1");
        await visit.Main.GetByText("Rename or remove").ClickAsync();
        await visit.LooksRightAsync("wallets");
        await visit.Page.FillAsync("[name=label]", "On my phone");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await visit.SeesAsync("On my phone");

        await visit.Page.Context.ClearCookiesAsync();
        await visit.GoAsync("/sign-in?return=/account/wallets");
        await visit.LooksRightAsync("sign-in-wallet");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Sign in with a wallet" }).ClickAsync();
        await visit.ChoosesWalletAsync();
        await visit.Page.WaitForURLAsync(house.Web + "/account/wallets");
        await visit.SeesAsync("On my phone");
        await visit.Main.GetByText("Rename or remove").ClickAsync();
        await visit.Main.GetByRole(AriaRole.Button, new() { NameRegex = new("Remove this wallet") }).ClickAsync();
        await visit.SeesAsync("No wallet yet");
    }

    [Fact]
    public async Task A_wallet_that_nobody_knows_is_offered_an_account_and_makes_one()
    {
        await using var visit = await house.VisitAsync();
        await visit.WithWalletAsync();
        await visit.GoAsync("/sign-in");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Sign in with a wallet" }).ClickAsync();
        await visit.ChoosesWalletAsync();
        await visit.SeesAsync("We don't know this wallet yet");
        await visit.Main.GetByRole(AriaRole.Link, new() { Name = "Create an account with it" }).ClickAsync();
        var button = visit.Main.GetByRole(AriaRole.Button, new() { Name = "Sign in my wallet" });
        await button.ClickAsync();
        await visit.SeesAsync("Please fill this in.");
        await visit.Page.FillAsync("[name=name]", "Noor Haddad");
        await visit.Page.FillAsync("[name=email]", $"noor-{Guid.NewGuid():n}@example.com");
        await visit.LooksRightAsync("sign-up-wallet");
        await button.ClickAsync();
        await visit.ChoosesWalletAsync();
        await visit.Page.WaitForURLAsync(house.Web + "/");
        await visit.GoAsync("/account/wallets");
        await visit.SeesAsync("Wallet 1");
    }

    [Theory]
    [InlineData("/help/wallet", "The four steps")]
    [InlineData("/help/ether", "How much you get")]
    public async Task The_help_pages_are_there_in_both_languages(string path, string heading)
    {
        await using var visit = await house.VisitAsync(390);
        await visit.GoAsync(path);
        await visit.SeesAsync(heading);
        await visit.LooksRightAsync(path[6..]);
        await using var french = await house.VisitAsync(locale: "fr-FR");
        await french.GoAsync(path);
        (await french.Main.InnerTextAsync()).ShouldNotContain("help.");
        (await french.Page.GetAttributeAsync("html", "lang")).ShouldBe("fr");
    }
}
