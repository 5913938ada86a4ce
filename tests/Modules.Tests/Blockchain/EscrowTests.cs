using System.Globalization;
using System.Numerics;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>Escrows on the product's own development chain: real contract, real transactions.</summary>
public sealed class EscrowTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private TestProduct Product => fixture.Product;

    [Fact]
    public async Task A_deposit_is_seen_then_confirmed_and_told_once()
    {
        var escrow = await Product.OpenEscrowAsync();
        escrow.State.ShouldBe(EscrowState.Awaited);
        (BigInteger.Parse(escrow.WeiPerMinor, CultureInfo.InvariantCulture) * escrow.Total.AmountMinor).ToString(CultureInfo.InvariantCulture).ShouldBe(escrow.ValueWei);

        var hash = await Product.PayAsync(escrow);
        var funded = await Product.BecomesAsync(escrow, EscrowState.Funded);

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
        cancelled.Transactions[^1].ShouldSatisfyAllConditions(t => t.Kind.ShouldBe("cancel_for"), t => t.Hash.ShouldBe(order.TxHash));
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
