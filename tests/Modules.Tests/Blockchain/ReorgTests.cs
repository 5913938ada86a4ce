using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>What the chain takes back: anvil's reorgs against watcher and database.</summary>
public sealed class ReorgTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private TestProduct Product => fixture.Product;

    [Fact]
    public async Task Paid_reorged_away_and_paid_again_is_confirmed_once_and_only_at_depth()
    {
        await using var lab = await ChainLab.StartAsync(Product);
        var (escrow, terms) = await lab.OpenAsync(Product.Quote());
        var deposit = await lab.SignAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei);

        var hash = (await lab.CallAsync("eth_sendRawTransaction", Hex.Data(deposit))).GetString()!;
        await lab.MinedAsync(hash);
        await lab.LookAsync();
        (await StateAsync(lab, escrow)).ShouldBe((EscrowState.Seen, 1));
        await lab.MineAsync();
        await lab.LookAsync();
        (await StateAsync(lab, escrow)).ShouldBe((EscrowState.Seen, 2));

        await lab.CallAsync("anvil_reorg", 2, Array.Empty<object>());
        await lab.LookAsync();
        (await StateAsync(lab, escrow)).ShouldBe((EscrowState.Awaited, 0));

        await lab.CallAsync("eth_sendRawTransaction", Hex.Data(deposit));
        await lab.MinedAsync(hash);
        for (var block = 1; block < lab.Settings.Confirmations; block++)
        {
            await lab.LookAsync();
            (await StateAsync(lab, escrow)).ShouldBe((EscrowState.Seen, block));
            await lab.MineAsync();
        }
        await lab.LookAsync();
        (await StateAsync(lab, escrow)).ShouldBe((EscrowState.Funded, lab.Settings.Confirmations));
        await lab.LookAsync();
        (await lab.FactsAsync(escrow.EscrowId)).ShouldBe(["escrow_seen", "escrow_gone", "escrow_seen", "escrow_confirmed"]);
    }

    [Fact]
    public async Task A_reorg_may_move_a_deposit_to_another_block_between_two_looks()
    {
        await using var lab = await ChainLab.StartAsync(Product);
        var (escrow, terms) = await lab.OpenAsync(Product.Quote());
        var deposit = await lab.SignAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei);
        await lab.MinedAsync((await lab.CallAsync("eth_sendRawTransaction", Hex.Data(deposit))).GetString()!);
        await lab.MineAsync();
        await lab.LookAsync();
        await lab.CallAsync("anvil_reorg", 2, new object[] { new object[] { Hex.Data(deposit), 1 } });
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.LookAsync();
        (await lab.FactsAsync(escrow.EscrowId)).ShouldBe(["escrow_seen", "escrow_gone", "escrow_seen", "escrow_confirmed"]);
    }

    [Fact]
    public async Task After_a_long_pause_everything_is_told_that_would_have_been()
    {
        await using var lab = await ChainLab.StartAsync(Product);
        var (first, terms) = await lab.OpenAsync(Product.Quote());
        await lab.SendFromAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei);
        await lab.LookAsync();
        await lab.MineAsync(180);
        var (second, later) = await lab.OpenAsync(Product.Quote());
        await lab.SendFromAsync(later.Guest, EscrowCalls.Deposit(later), later.ValueWei);
        await lab.MineAsync(70);
        while ((await lab.LookAsync()).Position.Cursor.Number < await lab.Node.HeadAsync(CancellationToken.None) - lab.Settings.Confirmations) { }
        (await lab.FactsAsync(first.EscrowId)).ShouldBe(["escrow_seen", "escrow_confirmed"]);
        (await lab.FactsAsync(second.EscrowId)).ShouldBe(["escrow_confirmed"]);
    }

    [Fact]
    public async Task A_chain_that_replaces_what_was_confirmed_is_read_no_further()
    {
        await using var lab = await ChainLab.StartAsync(Product);
        await lab.MineAsync(5);
        await lab.LookAsync();
        await lab.CallAsync("anvil_reorg", lab.Settings.Confirmations + 2, Array.Empty<object>());
        var position = (await lab.Books.PositionAsync(CancellationToken.None))!;
        var step = await new LogWatcher(lab.Node, [lab.Chain.Escrow], lab.Settings.Confirmations).LookAsync(position, CancellationToken.None);
        step.Lost.ShouldNotBeNull().ShouldContain(position.Cursor.Hash);
        step.Changes.ShouldBeEmpty();
    }

    /// <summary>300 reorgs while somebody looks all the time and dies now and then between reading and writing.</summary>
    [Fact]
    public async Task Whatever_the_chain_takes_back_each_deposit_is_confirmed_exactly_once()
    {
        const int Reorgs = 300;
        await using var lab = await ChainLab.StartAsync(Product);
        var quote = Product.Quote();
        using var stop = new CancellationTokenSource();
        var (looks, deaths) = (0, 0);
        var looking = Task.Run(async () =>
        {
            var weather = new Random(7);
            while (!stop.IsCancellationRequested)
            {
                var dies = weather.Next(6) == 0;
                await lab.LookAsync(dies);
                looks++;
                if (dies) deaths++;
            }
        });

        var random = new Random(1);
        var chain = new List<List<byte[]>>(); // our deposits in the newest blocks
        var (lost, escrows) = (new Queue<byte[]>(), new List<string>());
        for (var reorgs = 0; reorgs < Reorgs;)
        {
            var what = random.Next(10);
            if (looking.IsFaulted) break;
            if (lost.Count > 0 && what < 4) await PayAsync(lost.Dequeue());
            else if (lost.Count == 0 && what < 4)
            {
                var (escrow, terms) = await lab.OpenAsync(quote);
                escrows.Add(escrow.EscrowId);
                await PayAsync(await lab.SignAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei));
            }
            else if (what < 6)
            {
                await lab.MineAsync();
                chain.Add([]);
            }
            else if (Math.Min(1 + random.Next(lab.Settings.Confirmations - 1), chain.Count) is > 0 and var depth)
            {
                // The last deposits fall out, and have to be sent again; the others come back somewhere in the new blocks, in their order.
                var dropped = chain.TakeLast(depth).SelectMany(b => b).ToList();
                chain.RemoveRange(chain.Count - depth, depth);
                var stay = random.Next(dropped.Count + 1);
                var places = Enumerable.Range(0, stay).Select(_ => random.Next(depth)).Order().ToList();
                for (var block = 0; block < depth; block++) chain.Add([.. dropped.Take(stay).Where((_, i) => places[i] == block)]);
                var waiting = lost.ToArray();
                lost.Clear();
                foreach (var raw in dropped.Skip(stay).Concat(waiting)) lost.Enqueue(raw);
                await lab.CallAsync("anvil_reorg", depth, dropped.Take(stay).Select((raw, i) => (object)new object[] { Hex.Data(raw), places[i] }).ToArray());
                reorgs++;
            }
        }
        while (lost.Count > 0) await PayAsync(lost.Dequeue());
        await lab.MineAsync(lab.Settings.Confirmations);
        await stop.CancelAsync();
        await looking;
        await lab.LookAsync();

        looks.ShouldBeGreaterThan(50);
        deaths.ShouldBeGreaterThan(5);
        escrows.Count.ShouldBeGreaterThan(50);
        foreach (var escrow in escrows)
        {
            var facts = await lab.FactsAsync(escrow);
            facts.Count(f => f == "escrow_confirmed").ShouldBe(1, escrow);
            facts[^1].ShouldBe("escrow_confirmed");
            // Seen and gone take turns; what was never seen (it was deep already) is confirmed at once.
            facts[..^1].Select((fact, i) => fact == (i % 2 == 0 ? "escrow_seen" : "escrow_gone")).ShouldAllBe(right => right, escrow);
        }

        async Task PayAsync(byte[] raw)
        {
            await lab.MinedAsync((await lab.CallAsync("eth_sendRawTransaction", Hex.Data(raw))).GetString()!);
            chain.Add([raw]);
        }
    }

    private static async Task<(EscrowState, int)> StateAsync(ChainLab lab, EscrowView escrow)
    {
        var view = await lab.Desk.FindAsync(escrow.EscrowId, CancellationToken.None);
        var shown = await new EscrowViews(lab.Source, lab.Settings, lab.Link, lab.Clock).ShowAsync(view!, CancellationToken.None);
        return (shown.State, shown.Confirmations);
    }
}
