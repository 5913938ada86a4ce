using System.Globalization;
using System.Numerics;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>Escrows on the product's own development chain: real contract, real transactions.</summary>
public sealed class EscrowTests(WithProduct fixture, ITestOutputHelper output) : IClassFixture<WithProduct>
{
    private TestProduct Product => fixture.Product;

    [Fact]
    public async Task A_deposit_is_seen_then_confirmed_and_told_once()
    {
        var escrow = await Product.OpenEscrowAsync();
        escrow.State.ShouldBe(EscrowState.Awaited);
        (BigInteger.Parse(escrow.WeiPerMinor, CultureInfo.InvariantCulture) * escrow.Total.AmountMinor).ToString(CultureInfo.InvariantCulture).ShouldBe(escrow.ValueWei);

        var sent = TimeProvider.System.GetTimestamp();
        var hash = await Product.PayAsync(escrow);
        var funded = await Product.BecomesAsync(escrow, EscrowState.Funded);
        output.WriteLine($"deposit sent to confirmed at depth {funded.ConfirmationsNeeded}: {TimeProvider.System.GetElapsedTime(sent).TotalMilliseconds:F0} ms");

        funded.DepositHash.ShouldBe(hash);
        funded.Confirmations.ShouldBe(funded.ConfirmationsNeeded);
        funded.Data.ShouldBeNull();
        funded.CancelData.ShouldNotBeNull();
        funded.DisputeData.ShouldNotBeNull();
        funded.Transactions.ShouldHaveSingleItem().ShouldSatisfyAllConditions(t => t.Kind.ShouldBe("deposit"), t => t.Status.ShouldBe("confirmed"), t => t.AmountWei.ShouldBe(escrow.ValueWei));
        (await Product.FactsAsync(escrow.EscrowId)).ShouldBe(["escrow_seen", "escrow_confirmed"]);
    }

    [Fact]
    public async Task The_same_attempt_answers_the_same_escrow()
    {
        var wallets = await Product.WalletsAsync();
        var request = Product.Request(Product.Quote(), wallets[0], wallets[1]);
        var first = (await Product.Chain().OpenEscrowAsync(request, CancellationToken.None)).Value;
        var again = (await Product.Chain().OpenEscrowAsync(request with { GuestWallet = wallets[2] }, CancellationToken.None)).Value;
        again.EscrowId.ShouldBe(first.EscrowId);
        again.GuestWallet.ShouldBe(wallets[0]);
    }

    [Fact]
    public async Task A_wallet_without_the_money_is_told_what_is_missing()
    {
        var wallets = await Product.WalletsAsync();
        var refused = await Product.Chain().OpenEscrowAsync(Product.Request(Product.Quote(), "0x000000000000000000000000000000000000dEaD", wallets[1]), CancellationToken.None);
        refused.Refusal!.Code.ShouldBe("wallet_balance_too_low");
        refused.Refusal.Kind.ShouldBe(RefusalKind.PaymentRequired);
        refused.Refusal.Message.ShouldContain("0.343670 ETH");
    }

    [Theory]
    [InlineData("0x12")]
    [InlineData("0x0000000000000000000000000000000000000000")]
    public async Task A_wallet_that_is_none_is_refused(string wallet)
    {
        var wallets = await Product.WalletsAsync();
        (await Product.Chain().OpenEscrowAsync(Product.Request(Product.Quote(), wallet, wallets[0]), CancellationToken.None)).Refusal!.Code.ShouldBe("wallet_invalid");
        (await Product.Chain().OpenEscrowAsync(Product.Request(Product.Quote(), wallets[0], wallet), CancellationToken.None)).Refusal!.Code.ShouldBe("wallet_invalid");
        (await Product.Chain().OpenEscrowAsync(Product.Request(Product.Quote(), wallets[0], wallets[0]), CancellationToken.None)).Refusal!.Code.ShouldBe("wallet_invalid");
    }

    [Fact]
    public async Task A_cancellation_gives_the_guest_what_the_quote_says_and_the_rest_waits()
    {
        // Nine days ahead under firm: no grace after the first day, half of it back until a week before.
        var quote = Product.Quote(CancellationPolicy.Firm, daysAhead: 9);
        quote = quote with { Grace = quote.Grace with { ConfirmedBefore = Product.Now.AddDays(-1) } };
        quote = quote with { Hash = QuoteHash.Of(quote) };
        var escrow = await Product.FundedAsync(quote);
        var due = Refund.At(quote, escrow.FundedAt, Product.Now).RefundMinor;
        due.ShouldBe(47165);
        var refund = new EscrowRefundRequest(RefundId.New(), Everything: false, Product.Now, due);
        (await Product.Chain().RefundAsync(escrow.EscrowId, refund with { ToGuestMinor = due + 1 }, CancellationToken.None)).Refusal!.Code.ShouldBe("escrow_amount_differs");

        (await Product.Chain().RefundAsync(escrow.EscrowId, refund, CancellationToken.None)).Value.Status.ShouldBe("pending");
        var cancelled = await Product.BecomesAsync(escrow, EscrowState.Cancelled);

        cancelled.ToGuestMinor.ShouldBe(due);
        var order = await Until.HoldsAsync(async () => (await Product.Chain().RefundAsync(escrow.EscrowId, refund, CancellationToken.None)).Value, o => o.Status == "done", "order is done", seconds: 60);
        cancelled.Transactions.Single(t => t.Kind == "cancel_for").Hash.ShouldBe(order.TxHash);
        (await Product.FactsAsync(escrow.EscrowId)).ShouldBe(["escrow_seen", "escrow_confirmed", "escrow_cancelled"]);
        (await Product.Chain().RefundAsync(escrow.EscrowId, refund with { RefundId = RefundId.New() }, CancellationToken.None)).Refusal!.Code.ShouldBe("escrow_not_refundable");
    }

    [Fact]
    public async Task Everything_goes_back_when_the_host_cancelled()
    {
        var escrow = await Product.FundedAsync();
        var refund = new EscrowRefundRequest(RefundId.New(), Everything: true, Product.Now, escrow.Total.AmountMinor);
        (await Product.Chain().RefundAsync(escrow.EscrowId, refund, CancellationToken.None)).Refused.ShouldBeFalse();
        var settled = await Product.BecomesAsync(escrow, EscrowState.Settled);
        settled.End.ShouldBe(EscrowEnd.Refunded);
        (settled.ToGuestMinor, settled.ToHostMinor).ShouldBe((escrow.Total.AmountMinor, 0));
        (await Product.FactsAsync(escrow.EscrowId)).ShouldBe(["escrow_seen", "escrow_confirmed", "escrow_settled"]);
    }

    [Fact]
    public async Task A_guest_cancels_with_his_own_wallet()
    {
        var escrow = await Product.FundedAsync();
        await Product.SendFromWalletAsync(escrow.GuestWallet, escrow.Contract, escrow.CancelData!);
        var settled = await Product.BecomesAsync(escrow, EscrowState.Settled);
        settled.End.ShouldBe(EscrowEnd.CancelledByGuest);
        settled.ToGuestMinor.ShouldBe(escrow.Total.AmountMinor); // within the grace
        (await Product.FactsAsync(escrow.EscrowId)).ShouldBe(["escrow_seen", "escrow_confirmed", "escrow_cancelled", "escrow_settled"]);
    }

    [Fact]
    public async Task What_the_contract_owes_is_sent_to_guest_and_host()
    {
        var quote = Product.Quote();
        var wallets = await Product.WalletsAsync();
        var escrow = (await Product.Chain().OpenEscrowAsync(Product.Request(quote, wallets[3], wallets[4]), CancellationToken.None)).Value;
        await Product.PayAsync(escrow);
        var funded = await Product.BecomesAsync(escrow, EscrowState.Funded);
        await Product.SendFromWalletAsync(escrow.GuestWallet, escrow.Contract, funded.CancelData!);
        var guest = await Product.NewGuestAsync();
        var settled = await Until.HoldsAsync(async () => (await Product.Chain().GetEscrowAsync(escrow.EscrowId, CancellationToken.None)).Value, e => e.Transactions.Any(t => t is { Kind: "withdrawal", Status: "confirmed" }), "the guest has his money", seconds: 60);
        settled.Transactions[^1].AmountWei.ShouldBe(escrow.ValueWei);
        var balance = await guest.Api.GetAsync($"/api/v1/blockchain/wallets/{wallets[3]}/balance").ReadAsync<WalletBalance>();
        (balance.OwedWei, balance.WithdrawData).ShouldBe(("0", null));
        await guest.Api.GetAsync($"/api/v1/blockchain/transactions/{escrow.EscrowId}").ShouldRefuseAsync(404, "transaction_not_found");
        (await guest.Api.GetAsync($"/api/v1/blockchain/transactions/{settled.DepositHash}").ReadAsync<TransactionView>()).ShouldSatisfyAllConditions(
            t => t.Status.ShouldBe("confirmed"), t => t.From.ShouldBe(wallets[3]), t => t.To.ShouldBe(escrow.Contract), t => t.ValueWei.ShouldBe(escrow.ValueWei));
    }

    [Fact]
    public async Task Only_an_admin_prepares_a_ruling_and_only_of_a_dispute()
    {
        var escrow = await Product.FundedAsync();
        var (guest, admin) = (await Product.NewGuestAsync(), await Payments.HeldBookings.NewAdminAsync(Product));
        var path = $"/api/v1/blockchain/escrows/{escrow.EscrowId}/ruling";
        await guest.Api.PostAsync(path, new { to_guest_minor = 1, to_host_minor = 1 }).ShouldBeAsync(403);
        await admin.Api.PostAsync(path, new { to_guest_minor = 1, to_host_minor = 1 }).ShouldRefuseAsync(409, "escrow_not_disputed");
        await Product.SendFromWalletAsync(escrow.GuestWallet, escrow.Contract, escrow.DisputeData!);
        await Product.BecomesAsync(escrow, EscrowState.Disputed);
        (await admin.Api.GetAsync("/api/v1/blockchain/disputes").ReadAsync()).GetProperty("data").EnumerateArray().ShouldContain(d => d.GetProperty("escrow_id").GetString() == escrow.EscrowId);
        await admin.Api.PostAsync(path, new { to_guest_minor = 1, to_host_minor = 1 }).ShouldRefuseAsync(400, "escrow_split_invalid");
        await admin.Api.PostAsync(path, new { to_guest_minor = 50_000, to_host_minor = 40_000 }).ShouldBeAsync(200);
        (await Product.BecomesAsync(escrow, EscrowState.Settled)).ShouldSatisfyAllConditions(e => e.End.ShouldBe(EscrowEnd.Ruled), e => e.ToGuestMinor.ShouldBe(50_000), e => e.ToHostMinor.ShouldBe(40_000));
    }

    [Theory]
    [InlineData("evm_mine", -1)]
    [InlineData("anvil_setBalance", -1)]
    [InlineData("eth_sendTransaction", 1)]
    [InlineData("personal_sign", 1)]
    public async Task The_demo_wallet_makes_no_weather_and_signs_for_nobody_else(string method, int account)
    {
        await Product.ChainIsOnAsync();
        var operators = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"; // the second account of every development node
        object[] arguments = account < 0 ? [] : method == "personal_sign" ? ["0x61", operators] : [new { from = operators, to = operators, value = "0x1" }];
        var answer = await Product.Api.PostAsync("/api/v1/blockchain/rpc", new { jsonrpc = "2.0", id = 7, method, @params = arguments }).ReadAsync();
        answer.GetProperty("error").GetProperty("code").GetInt32().ShouldBe(account < 0 ? 4200 : 4100);
        answer.GetProperty("id").GetInt32().ShouldBe(7);
    }

    [Fact]
    public async Task The_contracts_books_name_every_escrow_that_is_not_empty()
    {
        var escrow = await Product.FundedAsync();
        var books = (await Product.Chain().GetBooksAsync(CancellationToken.None)).Value;
        books.Open.Single(o => o.EscrowId == escrow.EscrowId).ShouldSatisfyAllConditions(o => o.Wei.ShouldBe(escrow.ValueWei), o => o.PaymentId.ShouldBe(escrow.PaymentId));
        Sum(books.Open.Select(o => o.Wei)).ShouldBe(books.EscrowedWei);
        Sum([books.EscrowedWei, books.CreditedWei]).ShouldBe(books.BalanceWei);
    }

    private static string Sum(IEnumerable<string> wei) => wei.Aggregate(BigInteger.Zero, (sum, w) => sum + BigInteger.Parse(w, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture);
}
