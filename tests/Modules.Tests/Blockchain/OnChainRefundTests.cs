using System.Numerics;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Pricing;
using EstoSpaces.Modules.Tests.Pricing;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>The real contract, called with the very bytes that the product makes: it gives what a card refund of the same quote gives.</summary>
public sealed class OnChainRefundTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    /// <summary>Long before every stay of these tests.</summary>
    private static readonly DateTimeOffset Genesis = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<CancellationPolicy> Policies => [.. Enum.GetValues<CancellationPolicy>()];

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Every_tier_gives_on_chain_what_a_card_gives(CancellationPolicy policy)
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product, genesis: Genesis);
        await lab.MineByHandAsync();
        foreach (var quote in (Quote[])[WorkedExample.Quote(policy), WorkedExample.Plain(policy, 1), WorkedExample.Plain(policy, 5, "Asia/Tokyo", price: new PriceRules { Currency = "JPY", BaseNightMinor = 12_345, CleaningFeeMinor = 3_333 })])
        {
            // Within the grace, and a day too late for it.
            foreach (var funded in (DateTimeOffset[])[quote.Grace.ConfirmedBefore.AddDays(-40), quote.Grace.ConfirmedBefore.AddSeconds(1)])
            {
                var before = await lab.CallAsync("evm_snapshot");
                var terms = EscrowTerms.Of(new BookingId(Guid.CreateVersion7()), quote, 2_345.67m, lab.Accounts.Wallets[0], lab.Accounts.Wallets[1], funded, quote.CheckOutAt.AddHours(48));
                await AtAsync(lab, funded);
                await lab.SendFromAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei);
                foreach (var time in Times(quote, funded))
                {
                    var due = Refund.At(quote, funded, time);
                    var toHost = EscrowTable.HostPart(quote, due.HostKeepsMinor);
                    terms.SplitAt(funded.ToUnixTimeSeconds(), EscrowCalls.RoundedUp(time)).ShouldBe((due.RefundMinor, toHost));
                    await GivesAsync(lab, terms, time, terms.Guest, EscrowCalls.Cancel(terms), due.RefundMinor, toHost);
                    // The operator is a minute late, and with a fraction of a second in the cancellation's time.
                    if (time.AddMinutes(1) < quote.CheckOutAt) await GivesAsync(lab, terms, time.AddMinutes(1), lab.Accounts.Operator, EscrowCalls.CancelFor(terms, time.AddMilliseconds(-250) > funded ? time.AddMilliseconds(-250) : time), due.RefundMinor, toHost);
                }
                await lab.CallAsync("evm_revert", before.GetString());
            }
        }
    }

    [Fact]
    public async Task The_guest_leaves_with_his_money_when_nobody_of_ours_is_there_any_more()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        var (_, made) = await lab.OpenAsync(fixture.Product.Quote());
        await lab.SendFromAsync(made.Guest, EscrowCalls.Deposit(made), made.ValueWei);

        // From here on a node and the guest's wallet are all there is: the terms come from the deposit's own log.
        var log = (await lab.Node.LogsOfRangeAsync(0, await lab.Node.HeadAsync(CancellationToken.None), [lab.Chain.Escrow], CancellationToken.None)).Single(l => EscrowFact.Of(l) is EscrowFact.Funded);
        var funded = (EscrowFact.Funded)EscrowFact.Of(log)!;
        var terms = EscrowTerms.Decode(funded.Terms, funded.Tiers);
        terms.IdAt(31337, lab.Chain.Escrow).ShouldBe(funded.EscrowId);
        await AtAsync(lab, DateTimeOffset.FromUnixTimeSeconds(terms.CheckOut).AddDays(60));
        await lab.SendFromAsync(terms.Guest, EscrowCalls.GuestExit(terms));
        var before = await lab.Node.BalanceAsync(terms.Guest, CancellationToken.None);
        await lab.SendFromAsync(lab.Accounts.Treasury, EscrowCalls.WithdrawFor(terms.Guest)); // anybody may, for the gas
        (await lab.Node.BalanceAsync(terms.Guest, CancellationToken.None)).ShouldBe(before + terms.ValueWei);
        (await lab.Node.BalanceAsync(lab.Chain.Escrow, CancellationToken.None)).ShouldBe(BigInteger.Zero);
    }

    [Fact]
    public async Task A_dispute_is_split_by_the_arbiter_and_told_so()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        var (escrow, terms) = await lab.OpenAsync(fixture.Product.Quote());
        await lab.SendFromAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei);
        await lab.SendFromAsync(terms.Guest, EscrowCalls.Dispute(terms));
        await DeepAsync(lab);
        (await lab.Desk.FindAsync(escrow.EscrowId, CancellationToken.None))!.State.ShouldBe(EscrowState.Disputed);
        (await lab.Desk.RefundAsync(escrow.EscrowId, new EscrowRefundRequest(RefundId.New(), true, lab.Clock.GetUtcNow(), terms.TotalMinor), CancellationToken.None)).Refusal!.Code.ShouldBe("escrow_not_refundable");

        await lab.SendFromAsync(lab.Accounts.Arbiter, EscrowCalls.Rule(terms, 40_000, 50_000));
        await DeepAsync(lab);
        var ruled = (await lab.Desk.FindAsync(escrow.EscrowId, CancellationToken.None))!;
        (ruled.State, ruled.End, ruled.ToGuestMinor, ruled.ToHostMinor).ShouldBe((EscrowState.Settled, EscrowEnd.Ruled, 40_000, 50_000));
        (await lab.FactsAsync(escrow.EscrowId)).ShouldBe(["escrow_seen", "escrow_confirmed", "escrow_disputed", "escrow_settled"], ignoreOrder: false);
    }

    [Fact]
    public async Task A_deposit_by_terms_of_nobody_is_given_back_and_confirms_nothing()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product, push: true);
        var quote = fixture.Product.Quote();
        var terms = EscrowTerms.Of(new BookingId(Guid.CreateVersion7()), quote, 1m, lab.Accounts.Wallets[2], lab.Accounts.Wallets[1], quote.CheckInAt, quote.CheckOutAt) with { TotalMinor = 5, PayoutMinor = 5, Tiers = [] };
        await lab.SendFromAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei);
        await DeepAsync(lab);
        var id = terms.IdAt(31337, lab.Chain.Escrow);
        (await lab.FactsAsync(id)).ShouldBe(["stray_deposit_seen"]);
        await lab.SendAsync();
        await DeepAsync(lab);
        Abi.UInt(await lab.Node.CallAsync(lab.Chain.Escrow, EscrowCalls.Credits(terms.Guest), CancellationToken.None), 0).ShouldBe(terms.ValueWei);
        (await lab.Desk.FindAsync(id, CancellationToken.None))!.State.ShouldBe(EscrowState.Settled);
        (await lab.FactsAsync(id)).ShouldBe(["stray_deposit_seen"]);
    }

    [Fact]
    public async Task A_node_of_another_chain_and_other_code_at_the_address_are_refused()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        (await lab.FindAsync(lab.Settings with { ChainId = 1 }))!.ShouldSatisfyAllConditions(no => no.Danger.ShouldBeTrue(), no => no.Why.ShouldContain("chain 31337"));
        (await lab.FindAsync(lab.Settings with { Escrow = lab.Chain.Registry }))!.ShouldSatisfyAllConditions(no => no.Danger.ShouldBeTrue(), no => no.Why.ShouldContain("ESCROW_ADDRESS"));
        (await lab.FindAsync(lab.Settings with { Escrow = lab.Chain.Escrow, OperatorKey = Enumerable.Repeat((byte)7, 32).ToArray() }))!.Why.ShouldContain("no operator");
        (await lab.FindAsync(lab.Settings with { Escrow = lab.Chain.Escrow, Registry = lab.Chain.Registry })).ShouldBeNull();
    }

    /// <summary>Every edge of the tiers, the grace's, and both ends of the stay.</summary>
    private static IEnumerable<DateTimeOffset> Times(Quote quote, DateTimeOffset funded)
    {
        var times = new SortedSet<DateTimeOffset> { funded.AddSeconds(2), funded.AddHours(24), funded.AddHours(24).AddSeconds(1), quote.CheckInAt, quote.CheckOutAt.AddSeconds(-1) };
        foreach (var tier in quote.RefundTiers) times.UnionWith([tier.Until, tier.Until.AddSeconds(1)]);
        return times.Where(t => t > funded);
    }

    private static async Task GivesAsync(ChainLab lab, EscrowTerms terms, DateTimeOffset at, EthereumAddress from, byte[] call, long toGuest, long toHost)
    {
        var before = await lab.CallAsync("evm_snapshot");
        await AtAsync(lab, at);
        var receipt = await lab.SendFromAsync(from, call);
        var logs = await lab.Node.LogsOfBlockAsync(receipt.Block.Hash, [lab.Chain.Escrow], CancellationToken.None);
        var cancelled = logs.Select(EscrowFact.Of).OfType<EscrowFact.Cancelled>().Single();
        (cancelled.ToGuest, cancelled.ToHost).ShouldBe((terms.WeiPerMinor * toGuest, terms.WeiPerMinor * toHost), $"at {at:O}");
        await lab.CallAsync("evm_revert", before.GetString());
    }

    /// <summary>The next block has this time.</summary>
    private static Task AtAsync(ChainLab lab, DateTimeOffset time) => lab.CallAsync("evm_setNextBlockTimestamp", time.ToUnixTimeSeconds());

    private static async Task DeepAsync(ChainLab lab)
    {
        await lab.LookAsync();
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.LookAsync();
    }
}
