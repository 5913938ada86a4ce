using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Payments.Ledger;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Payments;

/// <summary>Ledger and contract side by side, without either: what counts as a difference, and what the movements of an escrow leave in the accounts.</summary>
public sealed class EscrowBooksTests
{
    private static readonly PaymentId One = PaymentId.New(), Other = PaymentId.New();

    private static EscrowBooks Books(params EscrowBalance[] open)
    {
        var sum = open.Aggregate(System.Numerics.BigInteger.Zero, (all, e) => all + System.Numerics.BigInteger.Parse(e.Wei)).ToString();
        return new EscrowBooks(7, DateTimeOffset.UnixEpoch, sum, sum, "0", open);
    }

    private static List<string> Differences(EscrowBooks books, params (PaymentId Payment, long Minor)[] ledger) => [.. EscrowCheck.Differences(books, ledger.ToDictionary(l => l.Payment, l => l.Minor))];

    [Fact]
    public void Books_that_agree_to_the_wei_have_no_difference() =>
        Differences(Books(new EscrowBalance("0x1", One, "34366656330000000000", "333330000000000"), new EscrowBalance("0x2", Other, "5", "5")), (One, 103_101), (Other, 1)).ShouldBeEmpty();

    [Fact]
    public void A_stranger_s_deposit_is_in_no_ledger_and_no_difference() =>
        Differences(Books(new EscrowBalance("0x1", One, "300", "3"), new EscrowBalance("0x9", null, "77", "1")), (One, 100)).ShouldBeEmpty();

    [Fact]
    public void Money_that_only_one_side_has_is_a_difference()
    {
        Differences(Books(new EscrowBalance("0x1", One, "300", "3"))).ShouldHaveSingleItem().ShouldContain("the contract holds 300 wei at 3 a minor unit, the ledger 0");
        Differences(Books(), (One, 100)).ShouldHaveSingleItem().ShouldContain("the contract holds nothing, the ledger 100");
        Differences(Books(new EscrowBalance("0x1", One, "301", "3")), (One, 100)).ShouldHaveSingleItem();
    }

    [Fact]
    public void Sums_that_are_not_those_of_the_escrows_are_a_difference()
    {
        var books = Books(new EscrowBalance("0x1", One, "300", "3"));
        Differences(books with { EscrowedWei = "299" }, (One, 100)).ShouldHaveSingleItem().ShouldContain("its escrows 300");
        Differences(books with { CreditedWei = "1" }, (One, 100)).ShouldHaveSingleItem().ShouldContain("owes");
    }

    [Theory]
    [InlineData("2026-11-22T10:00:00.0000000Z", "2026-11-22T10:00:00Z")]
    [InlineData("2026-11-22T10:00:00.0000001Z", "2026-11-22T10:00:01Z")]
    [InlineData("2026-11-22T10:00:00.9999999Z", "2026-11-22T10:00:01Z")]
    public void A_cancellation_s_time_is_rounded_up_to_whole_seconds(string time, string rounded) => EthereumPayments.RoundedUp(DateTimeOffset.Parse(time)).ShouldBe(DateTimeOffset.Parse(rounded));

    [Theory]
    [InlineData(PostingRule.PayoutPaid, 847_78)]
    [InlineData(PostingRule.TreasuryPaid, 183_23)]
    [InlineData(PostingRule.EscrowDivided, -12)]
    [InlineData(PostingRule.EscrowDivided, 12)]
    [InlineData(PostingRule.RefundReduced, 5)]
    public void Every_movement_of_an_escrow_balances(PostingRule rule, long amount)
    {
        var lines = Postings.Lines(rule, new Movement("ethereum", UserId.New(), "EUR", AmountMinor: amount));
        lines.Sum(l => l.AmountMinor).ShouldBe(0);
        lines.Count.ShouldBe(2);
    }
}
