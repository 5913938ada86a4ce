using EstoSpaces.Testing;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace EstoSpaces.Web.Tests;

/// <summary>What goes another way than planned with a payment from a wallet: a transaction is lost, a stay disputed, a trip cancelled at the contract, a wallet changed. The pages tell it by themselves.</summary>
[Collection(BrowserCollection.Name)]
public sealed class WalletTroubleTests(WithBrowser house)
{
    [Fact]
    public async Task A_transaction_that_the_network_never_heard_of_is_told_and_sent_again()
    {
        await using var visit = await house.VisitAsync(390, scheme: ColorScheme.Dark);
        var wallet = await visit.WithWalletAsync();
        var send = await visit.StandsBeforeSendingAsync(house.NextWeek());
        wallet.Loses = true;
        await send.ClickAsync();
        await visit.SeesAsync("Sent. Waiting for the network.");
        await Assertions.Expect(visit.Main.GetByRole(AriaRole.Link, new() { Name = "use another" })).ToBeHiddenAsync();

        // Two minutes later, in a page that was loaded again.
        await visit.Page.EvaluateAsync("""
            for (const key of Object.keys(localStorage).filter(k => k.startsWith('deposit:'))) localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key)), at: Date.now() - 120_000 }))
            """);
        await visit.Page.ReloadAsync();
        await visit.SeesAsync("The network doesn't know this transaction");
        await Assertions.Expect(visit.Main.GetByText("Sent. Waiting for the network.")).ToBeHiddenAsync();
        await visit.LooksRightAsync("wallet-lost");
        wallet.Loses = false;
        await visit.Page.Locator("[data-sent-lost]").GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        await send.ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
    }

    [Fact]
    public async Task A_guest_stops_the_payment_to_the_host_from_the_trip_and_keeps_the_address()
    {
        await using var visit = await house.VisitAsync();
        var wallet = await PaysAsync(visit);
        await visit.Main.GetByText("Something is wrong with the stay").ClickAsync();
        var stop = visit.Main.GetByRole(AriaRole.Button, new() { Name = "Stop the payment to the host" });
        wallet.SaysNo = true;
        await stop.ClickAsync();
        await visit.SeesAsync("You said no in the wallet");
        wallet.SaysNo = false;
        await stop.ClickAsync();
        await Assertions.Expect(visit.Main.GetByText("In dispute").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await visit.SeesAsync("An arbiter decides");
        await visit.SeesAsync("Rua das Flores 12");
        (await visit.Main.GetByRole(AriaRole.Link, new() { Name = "Cancel the booking" }).CountAsync()).ShouldBe(0);
        await visit.LooksRightAsync("wallet-disputed");
    }

    [Fact]
    public async Task A_guest_cancels_at_the_contract_and_the_trip_follows()
    {
        await using var visit = await house.VisitAsync(390, scheme: ColorScheme.Dark);
        await PaysAsync(visit);
        await visit.Main.GetByText("Cancel without us").ClickAsync();
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Cancel at the contract" }).ClickAsync();
        await Assertions.Expect(visit.Main.GetByText("Cancelled by you").First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await visit.SeesAsync("€1,031.01 goes back to your wallet");
        await visit.SeesAsync("Cancelled from the guest's wallet");
        await Assertions.Expect(visit.Main.GetByText("Paid out to the guest's wallet")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await visit.LooksRightAsync("wallet-cancelled-at-contract");
    }

    [Fact]
    public async Task A_host_moves_the_earnings_to_a_second_wallet_and_removes_it()
    {
        await using var visit = await house.VisitAsync(390);
        var host = await house.Product.NewHostAsync("Lena Vogt");
        await house.Product.TakesEtherAsync(host);
        await visit.WithWalletAsync();
        await visit.SignsInAsync(host, "/account/wallets");
        await visit.Main.GetByRole(AriaRole.Button, new() { Name = "Connect and sign" }).ClickAsync();
        await visit.ChoosesWalletAsync();
        await visit.ArrivesAsync("done=linked");

        await visit.Main.GetByRole(AriaRole.Radio).Nth(1).CheckAsync();
        var save = visit.Page.Locator("#payout").GetByRole(AriaRole.Button, new() { Name = "Save" });
        await save.ClickAsync();
        await visit.SeesAsync("Please tick this");
        await visit.LooksRightAsync("host-wallets-tick");
        await visit.Page.CheckAsync("[name=sure]");
        await save.ClickAsync();
        await visit.ArrivesAsync("done=payout");
        var second = visit.Main.Locator(".wallets > li").Nth(1);
        await second.GetByText("earnings go here").WaitForAsync();

        await second.GetByText("Rename or remove").ClickAsync();
        await second.GetByText("Without it you take no ether until you choose another").WaitForAsync();
        await second.GetByRole(AriaRole.Button, new() { NameRegex = new("Remove this wallet") }).ClickAsync();
        await visit.ArrivesAsync("done=unlinked");
        (await visit.Main.GetByText("earnings go here").CountAsync()).ShouldBe(0);
        await Assertions.Expect(visit.Main.GetByRole(AriaRole.Radio, new() { NameRegex = new("I don't take ether") })).ToBeCheckedAsync();
    }

    /// <summary>A new guest has paid from his wallet and stands on the page of his trip.</summary>
    private async Task<FakeWallet> PaysAsync(Visit visit)
    {
        var wallet = await visit.WithWalletAsync();
        var send = await visit.StandsBeforeSendingAsync(house.NextWeek());
        await send.ClickAsync();
        await visit.ArrivesAsync("/trips/.*new=1");
        return wallet;
    }
}
