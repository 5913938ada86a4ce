using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>The operator's transactions in all weathers: dropped, reorged, too cheap, nonce taken, refused.</summary>
public sealed class SenderTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private sealed record Row(string State, string? Reason, long? Nonce, int Attempts);

    [Fact]
    public async Task A_call_that_the_contract_refuses_takes_no_nonce_and_says_why()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        await RecordAsync(lab, "stale", home: 1, version: 7);
        for (var round = 0; round < 3; round++) await lab.SendAsync();
        (await RowAsync(lab, "stale")).ShouldBe(new Row("refused", "StaleVersion", null, 0));
        (await lab.Orders.ViewAsync("stale", CancellationToken.None))!.ShouldSatisfyAllConditions(v => v.Status.ShouldBe("failed"), v => v.Failure.ShouldBe("StaleVersion"));
    }

    [Fact]
    public async Task Dropped_transactions_are_sent_again_and_those_of_a_reorg_too()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        await lab.CallAsync("evm_setAutomine", false);
        await RecordAsync(lab, "a", home: 1, version: 1);
        await RecordAsync(lab, "b", home: 2, version: 1);
        await lab.SendAsync();
        (await RowAsync(lab, "a")).ShouldBe(new Row("sent", null, 0, 1));
        (await RowAsync(lab, "b")).ShouldBe(new Row("sent", null, 1, 1));

        await lab.CallAsync("anvil_dropAllTransactions");
        await lab.SendAsync(); // the very same bytes
        await lab.MineAsync();
        await lab.SendAsync();
        (await lab.Orders.ViewAsync("a", CancellationToken.None))!.Status.ShouldBe("pending");
        await lab.CallAsync("anvil_reorg", 1, Array.Empty<object>());
        await lab.SendAsync();
        await lab.MineAsync();
        for (var block = 0; block < lab.Settings.Confirmations; block++)
        {
            await lab.SendAsync();
            await lab.MineAsync();
        }
        await lab.SendAsync();
        (await RowAsync(lab, "a")).State.ShouldBe("confirmed");
        (await RowAsync(lab, "b")).State.ShouldBe("confirmed");
        (await VersionAsync(lab, 1), await VersionAsync(lab, 2)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task What_the_fee_no_longer_pays_for_is_offered_more()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        await lab.CallAsync("evm_setAutomine", false);
        await RecordAsync(lab, "dear", home: 1, version: 1);
        await lab.SendAsync();
        for (var block = 0; block < 4; block++)
        {
            await lab.CallAsync("anvil_setNextBlockBaseFeePerGas", "0x2540be400"); // ten gwei: more than was offered
            await lab.MineAsync();
            await lab.SendAsync();
        }
        for (var block = 0; block <= lab.Settings.Confirmations; block++)
        {
            await lab.MineAsync();
            await lab.SendAsync();
        }
        (await RowAsync(lab, "dear")).ShouldBe(new Row("confirmed", null, 0, 2));
        (await VersionAsync(lab, 1)).ShouldBe(1);
    }

    [Fact]
    public async Task A_nonce_that_somebody_else_used_is_given_up_for_a_new_one()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        await lab.CallAsync("evm_setAutomine", false);
        await RecordAsync(lab, "late", home: 1, version: 1);
        await lab.SendAsync();
        await lab.CallAsync("anvil_dropAllTransactions");
        await lab.CallAsync("eth_sendTransaction", new Dictionary<string, object?> { ["from"] = Hex.Data(lab.Accounts.Operator.ToBytes()), ["to"] = Hex.Data(lab.Accounts.Treasury.ToBytes()), ["value"] = "0x1", ["nonce"] = "0x0" });
        await lab.MineAsync();
        for (var block = 0; block < (3 * lab.Settings.Confirmations) + 6; block++)
        {
            await lab.SendAsync();
            await lab.MineAsync();
        }
        await lab.SendAsync();
        (await RowAsync(lab, "late")).ShouldSatisfyAllConditions(r => r.State.ShouldBe("confirmed"), r => r.Nonce.ShouldBe(1));
        (await VersionAsync(lab, 1)).ShouldBe(1);
    }

    [Fact]
    public async Task What_may_not_be_sent_yet_waits()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        var (escrow, terms) = await lab.OpenAsync(fixture.Product.Quote());
        await lab.SendFromAsync(terms.Guest, EscrowCalls.Deposit(terms), terms.ValueWei);
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.LookAsync();
        (await lab.Desk.ReleaseAsync(escrow.EscrowId, CancellationToken.None)).Value.Status.ShouldBe("pending");
        await lab.SendAsync();
        (await RowAsync(lab, $"release:{escrow.EscrowId}")).ShouldBe(new Row("queued", null, null, 0));

        // The product's clock is there, the chain's newest block is not.
        lab.Clock.SetOffset(escrow.ReleaseAt - TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1));
        await lab.SendAsync();
        (await RowAsync(lab, $"release:{escrow.EscrowId}")).ShouldBe(new Row("queued", "TooEarly", null, 0));
        await lab.CallAsync("evm_setTime", lab.Clock.GetUtcNow().ToUnixTimeSeconds());
        await lab.MineAsync();
        await lab.SendAsync();
        await lab.MineAsync(lab.Settings.Confirmations);
        await lab.SendAsync();
        (await RowAsync(lab, $"release:{escrow.EscrowId}")).State.ShouldBe("confirmed");
        await lab.LookAsync();
        (await lab.FactsAsync(escrow.EscrowId))[^1].ShouldBe("escrow_settled");
    }

    [Fact]
    public async Task A_key_of_our_own_signs_what_the_chain_takes()
    {
        await using var lab = await ChainLab.StartAsync(fixture.Product);
        // The well-known second account of every development node: the operator here.
        using var signer = new KeySigner(Hex.Bytes("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"));
        signer.Address.ShouldBe(lab.Accounts.Operator);
        for (var version = 1; version <= 20; version++)
        {
            await RecordAsync(lab, $"v{version}", home: 1, version);
            await lab.Sender.StepAsync(lab.Node, signer, CancellationToken.None);
            await Until.HoldsAsync(() => VersionAsync(lab, 1), v => v == version, "it is recorded", seconds: 60);
        }
    }

    private static Task RecordAsync(ChainLab lab, string key, int home, int version) => lab.Orders.AddAsync(new Order(key, "record", null, lab.Chain.Registry!.Value,
        Abi.Call("record(bytes32,address,bytes32,bool,uint32)", Abi.Word(home), Abi.Word(lab.Accounts.Wallets[0]), Abi.Word(1234), Abi.Word(true), Abi.Word(version)), DateTimeOffset.UnixEpoch), CancellationToken.None);

    private static async Task<int> VersionAsync(ChainLab lab, int home) => (int)Abi.UInt(await lab.Node.CallAsync(lab.Chain.Registry!.Value, Abi.Call("property(bytes32)", Abi.Word(home)), CancellationToken.None), 2);

    private static async Task<Row> RowAsync(ChainLab lab, string key) => (await lab.Source.QueryAsync("""
        select state, reason, nonce, (select count(*)::int from operator_attempts a where a.transaction_id = t.id) from operator_transactions t where key = $1
        """, [key], row => new Row(row.GetString(0), row.Text(1), row.Maybe<long>(2), row.GetInt32(3)), CancellationToken.None)).Single();
}
