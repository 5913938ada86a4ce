using EstoSpaces.Blockchain.Node;
using EstoSpaces.Kernel.Hosting;

namespace EstoSpaces.Blockchain.Development;

/// <summary>
/// Makes a development chain live as the product needs it: its clock is the product's (which people and tests move), and while something waits for depth a block comes every second. With nothing to wait for it rests.
/// Only for nodes that mine when they are told to (anvil); a real chain needs and allows neither.
/// </summary>
public sealed class DevelopmentChain(ProductClock clock)
{
    private static readonly TimeSpan BlockTime = TimeSpan.FromSeconds(1);
    private long lastBlock;
    private TimeSpan? told;

    /// <summary>Brings the chain's time to the product's, if that moved.</summary>
    public async Task KeepTimeAsync(EthereumNode node, CancellationToken ct)
    {
        var offset = clock.Offset;
        if (told == offset) return;
        // Blocks never go back in time, wherever the clock was put.
        var time = Math.Max(clock.GetUtcNow().ToUnixTimeSeconds(), (await node.LatestAsync(ct)).Time + 1);
        await node.Rpc.CallAsync("evm_setTime", [time], ct);
        if (told is not null || offset != TimeSpan.Zero) await MineAsync(node, ct); // what is asked of the newest block has the new time
        told = offset;
    }

    /// <summary>Something waits for depth: a block, if the last one is old enough.</summary>
    public async Task GoOnAsync(EthereumNode node, CancellationToken ct)
    {
        if (TimeProvider.System.GetElapsedTime(lastBlock) < BlockTime) return;
        await MineAsync(node, ct);
    }

    /// <summary>The node was started again: it has forgotten the time.</summary>
    public void Forget() => told = null;

    private async Task MineAsync(EthereumNode node, CancellationToken ct)
    {
        lastBlock = TimeProvider.System.GetTimestamp();
        await node.Rpc.CallAsync("evm_mine", [], ct);
    }
}
