using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>A development chain that is put back to an older state, as by a node that was killed between two writings of its file.</summary>
public sealed class GoneBackTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    [Fact]
    public async Task What_an_older_chain_has_no_more_is_told_and_what_it_still_has_is_told_once()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        var quote = fixture.Product.Quote();
        var (kept, keptTerms) = await lab.OpenAsync(quote);
        var (lost, lostTerms) = await lab.OpenAsync(quote);
        var (seen, seenTerms) = await lab.OpenAsync(quote);
        await lab.SendFromAsync(keptTerms.Guest, EscrowCalls.Deposit(keptTerms), keptTerms.ValueWei);
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.LookAsync();
        var before = await lab.CallAsync("evm_snapshot");

        await lab.SendFromAsync(lostTerms.Guest, EscrowCalls.Deposit(lostTerms), lostTerms.ValueWei);
        await lab.Orders.AddAsync(RefundOf(kept, keptTerms, lab), CancellationToken.None);
        await lab.Orders.AddAsync(new Order("later", "release", lost.EscrowId, lab.Chain.Escrow, EscrowCalls.Release(lostTerms), lab.Clock.GetUtcNow().AddDays(1)), CancellationToken.None);
        await lab.SendAsync();
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.SendAsync();
        await lab.SendFromAsync(seenTerms.Guest, EscrowCalls.Deposit(seenTerms), seenTerms.ValueWei);
        await lab.LookAsync();
        (await lab.Orders.ViewAsync("refund", CancellationToken.None))!.Status.ShouldBe("done");
        (await StatesAsync(lab, kept, lost, seen)).ShouldBe([EscrowState.Settled, EscrowState.Funded, EscrowState.Seen]);

        await lab.CallAsync("evm_revert", before.GetString());
        var went = await lab.Books.GoBackAsync(lab.Node, CancellationToken.None);
        (went.Seen, went.Lost).ShouldBe((1, 1));
        (await StatesAsync(lab, kept, lost, seen)).ShouldBe([EscrowState.Settled, EscrowState.Settled, EscrowState.Awaited]);
        (await lab.FactsAsync(lost.EscrowId)).ShouldBe(["escrow_seen", "escrow_confirmed", "escrow_cancelled", "escrow_settled"]);
        (await lab.Desk.FindAsync(lost.EscrowId, CancellationToken.None))!.ToGuestMinor.ShouldBe(lostTerms.TotalMinor);
        (await lab.Orders.ViewAsync("later", CancellationToken.None))!.Status.ShouldBe("failed");

        // The operator's own transactions are sent again, and what they did is not told twice; a wallet pays again by itself.
        (await lab.Orders.ViewAsync("refund", CancellationToken.None))!.Status.ShouldBe("pending");
        await lab.SendAsync();
        await lab.SendFromAsync(seenTerms.Guest, EscrowCalls.Deposit(seenTerms), seenTerms.ValueWei);
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.SendAsync();
        await lab.LookAsync();
        (await lab.Orders.ViewAsync("refund", CancellationToken.None))!.Status.ShouldBe("done");
        (await StatesAsync(lab, kept, lost, seen)).ShouldBe([EscrowState.Settled, EscrowState.Settled, EscrowState.Funded]);
        (await lab.FactsAsync(kept.EscrowId)).ShouldBe(["escrow_confirmed", "escrow_settled"]);
        (await lab.FactsAsync(lost.EscrowId)).ShouldBe(["escrow_seen", "escrow_confirmed", "escrow_cancelled", "escrow_settled"]);
        (await lab.FactsAsync(seen.EscrowId)).ShouldBe(["escrow_seen", "escrow_gone", "escrow_confirmed"]);
        (await new EscrowBooksReader(lab.Source, lab.Settings, lab.Link).ReadAsync(CancellationToken.None)).Value.Open.Single(o => o.Wei != "0").EscrowId.ShouldBe(seen.EscrowId);
    }

    [Fact]
    public async Task A_new_chain_takes_everything_back_and_has_the_contracts_where_they_were()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        var (deposit, terms) = await lab.OpenAsync(fixture.Product.Quote());
        await lab.SendFromAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei);
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.LookAsync();
        var (escrow, registry) = (lab.Chain.Escrow, lab.Chain.Registry);

        await lab.CallAsync("anvil_reset");
        (await lab.FindAsync()).ShouldBeNull();
        (lab.Chain.Escrow, lab.Chain.Registry).ShouldBe((escrow, registry));
        (await lab.FactsAsync(deposit.EscrowId)).ShouldBe(["escrow_confirmed", "escrow_cancelled", "escrow_settled"]);
        var (again, other) = await lab.OpenAsync(fixture.Product.Quote());
        await lab.SendFromAsync(other.Guest, EscrowCalls.Deposit(other), other.ValueWei);
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.LookAsync();
        (await lab.FactsAsync(again.EscrowId)).ShouldBe(["escrow_confirmed"]);
    }

    private static Order RefundOf(EscrowView escrow, EscrowTerms terms, ChainLab lab) => new("refund", "refund", escrow.EscrowId, lab.Chain.Escrow, EscrowCalls.Refund(terms), lab.Clock.GetUtcNow());

    private static async Task<List<EscrowState>> StatesAsync(ChainLab lab, params EscrowView[] escrows)
    {
        var states = new List<EscrowState>();
        foreach (var escrow in escrows) states.Add((await lab.Desk.FindAsync(escrow.EscrowId, CancellationToken.None))!.State);
        return states;
    }
}
