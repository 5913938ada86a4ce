using System.Globalization;
using System.Text.Json;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Payments;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Modules.Tests.Payments;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>The product's own node is killed as memory's end kills it: it comes back, and so does paying from wallets.</summary>
public sealed class NodeDeathTests(WithOwnClock fixture) : IClassFixture<WithOwnClock>
{
    private readonly TestProduct product = fixture.Product;

    [Fact]
    public async Task A_killed_node_is_started_again_and_wallets_pay_again()
    {
        var (paid, payment) = await product.WithWalletPaidAsync();
        var waiting = await product.WithWalletsAsync();
        var asked = await waiting.StartAsync();
        await KillAsync();
        await IsBackAsync();

        // What was on its way is paid to the same contract, by the same terms.
        await FillAsync(waiting.GuestWallet);
        await product.DepositAsync(asked.Escrow!);
        await product.BecomesAsync(waiting, asked.Id, PaymentStatus.Succeeded);
        await product.BecomesAsync(waiting, BookingStatus.Confirmed);
        var (next, _) = await product.WithWalletPaidAsync();
        next.GuestWallet.ShouldNotBe(waiting.GuestWallet);

        // The node had written its file since the first deposit, or it had not: the books are the contract's either way.
        await product.ContractAgreesAsync();
        var kept = (await paid.Held.ReadAsync(payment.Id)).Status;
        kept.ShouldBeOneOf(PaymentStatus.Succeeded, PaymentStatus.Refunded);
        await product.BecomesAsync(paid, kept is PaymentStatus.Succeeded ? BookingStatus.Confirmed : BookingStatus.CancelledByGuest);
    }

    [Fact]
    public async Task A_chain_that_can_t_be_read_is_put_aside_and_paying_begins_anew()
    {
        var (paid, payment) = await product.WithWalletPaidAsync();
        var contract = payment.Escrow!.Contract;
        var file = Path.Combine(product.Folder, "chain", "state.json");
        await KillAsync();
        await File.WriteAllTextAsync(file, "{\"block\": {\"num");
        await IsBackAsync();
        File.Exists(file + ".unreadable").ShouldBeTrue();

        // The new chain has the contract and not the deposit: the guest has his money, and is told so.
        await product.BecomesAsync(paid, payment.Id, PaymentStatus.Refunded);
        await product.BecomesAsync(paid, BookingStatus.CancelledByGuest);
        var (_, next) = await product.WithWalletPaidAsync();
        next.Escrow!.Contract.ShouldBe(contract);
        await product.ContractAgreesAsync();
    }

    [Fact]
    public async Task After_the_stop_has_begun_a_node_that_dies_stays_dead_and_nothing_of_it_is_left()
    {
        var folder = Path.Combine(Path.GetTempPath(), "estospaces-anvil", Guid.NewGuid().ToString("n"));
        using var stop = new CancellationTokenSource();
        var pids = new List<int>();
        await using (var chain = EmbeddedChain.Start(EmbeddedChain.Find(null)!, folder, LoopbackPorts.AnyLasting(), NullLogger.Instance, stop.Token))
        {
            for (var life = 0; life < 3; life++)
            {
                var process = (await Until.HoldsAsync(() => Task.FromResult(chain.Process), p => p is not null && !pids.Contains(p.Pid), "the node runs", PaidFromWallets.Patience))!;
                pids.Add(process.Pid);
                if (life == 2) await stop.CancelAsync();
                process.Send("KILL");
            }
            await chain.Watch;
        }
        foreach (var pid in pids) await Until.HoldsAsync(() => Task.FromResult(!Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"))), "it is gone");
        Directory.Delete(folder, true);
    }

    private async Task KillAsync()
    {
        var process = product.Product.Topology.Chain!.Process!;
        process.Send("KILL");
        await Until.HoldsAsync(() => Task.FromResult(product.Product.Topology.Chain.Process != process), "it is known to have died", PaidFromWallets.Patience);
    }

    private async Task IsBackAsync()
    {
        await Until.HoldsAsync(() => Task.FromResult(product.Product.Topology.Chain!.Process is not null), "the node answers again", PaidFromWallets.Patience);
        await Until.HoldsAsync(async () => (await product.Api.GetAsync("/api/v1/blockchain/status").ReadAsync<ChainStatus>()).Enabled, "wallets can pay", PaidFromWallets.Patience);
        // The product has looked at the chain that is there now.
        await Until.HoldsAsync(async () => await product.NodeAsync("eth_blockNumber") is { ValueKind: JsonValueKind.String } head && product.Inside<ChainLink>("blockchain") is { Live: not null } link && link.Head <= Convert.ToInt64(head.GetString(), 16), "the chain is read", PaidFromWallets.Patience);
    }

    private async Task FillAsync(string wallet)
    {
        await product.NodeAsync("anvil_setBalance", wallet, "0x3635c9adc5dea00000");
        await product.NodeAsync("anvil_impersonateAccount", wallet);
    }
}
