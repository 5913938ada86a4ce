using EstoSpaces.Blockchain.Development;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Kernel.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Blockchain.Watching;

/// <summary>
/// The module's heart: looks for the chain, and while this process leads (a lease in the database, so that of several replicas one does) reads it, books what it says, and sends what the operator has to send.
/// Whatever fails is tried again at the next round; nothing is kept in memory that a restart would lose.
/// </summary>
public sealed class WatchChain(
    ChainSettings settings, ChainLink link, ChainFinder finder, ChainLease lease, WatchBooks books, OperatorSender sender, DevelopmentChain development, ChainSignal signal, ModuleContext started, ILogger<WatchChain> log) : BackgroundService
{
    private static readonly TimeSpan WhileOff = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SureFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartingFor = TimeSpan.FromSeconds(10);
    private readonly long begun = TimeProvider.System.GetTimestamp();
    private string? said;
    private long foundAt;
    private int failures;
    private BlockRef? readTo;
    private bool busy;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (settings.RpcUrl is null)
        {
            log.Off(link.Off!);
            return;
        }
        try
        {
            await started.Started.WaitAsync(stopping);
            while (!stopping.IsCancellationRequested)
            {
                await RoundAsync(stopping);
                await signal.WaitAsync(failures > 0 ? TimeSpan.FromSeconds(Math.Min(30, 1 << Math.Min(failures, 5))) : link.Live is null ? WhileOff : busy ? settings.PollEvery : 2 * settings.PollEvery, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
        finally { await lease.DisposeAsync(); }
    }

    private async Task RoundAsync(CancellationToken ct)
    {
        try
        {
            var leads = await lease.HoldAsync(ct);
            if (link.Live is null || TimeProvider.System.GetElapsedTime(foundAt) > SureFor)
            {
                var (live, no) = await finder.FindAsync(leads, ct);
                foundAt = TimeProvider.System.GetTimestamp();
                if (live is null) { Off(no!.Why, no.Danger); return; }
                On(live);
            }
            if (link.Live is not { } chain) return;
            if (leads) await LeadAsync(chain, ct);
            else
            {
                readTo = null;
                link.At(await chain.Node.HeadAsync(ct));
            }
            failures = 0;
        }
        catch (NodeUnavailableException e)
        {
            development.Forget();
            readTo = null;
            if (TimeProvider.System.GetElapsedTime(begun) < StartingFor && said is null && link.Live is null) return; // a node that starts along with us
            Off(e.Message, danger: false);
        }
        // A node that answers nonsense must not stop the service.
        catch (Exception e) when (e is NodeRefusedException or NpgsqlException or HttpRequestException or TimeoutException or FormatException or OverflowException or InvalidOperationException or KeyNotFoundException)
        {
            failures++;
            log.RoundFailed(e);
        }
    }

    private async Task LeadAsync(LiveChain chain, CancellationToken ct)
    {
        if (settings.DevelopmentMining) await development.KeepTimeAsync(chain.Node, ct);
        busy = await ReadAsync(chain, ct) | await sender.StepAsync(chain.Node, chain.Signer, ct);
        if (busy && settings.DevelopmentMining) await development.GoOnAsync(chain.Node, ct);
    }

    /// <summary>Looks, if there is a block that was not looked at. Whether something of ours waits for depth.</summary>
    private async Task<bool> ReadAsync(LiveChain chain, CancellationToken ct)
    {
        var newest = (await chain.Node.LatestAsync(ct)).Ref;
        link.At(newest.Number);
        if (newest == readTo) return false;
        var position = await books.PositionAsync(ct) ?? await BeginAsync(chain, ct);
        var watcher = new LogWatcher(chain.Node, chain.Registry is { } registry ? [chain.Escrow, registry] : [chain.Escrow], settings.Confirmations);
        var step = await watcher.LookAsync(position, ct);
        link.At(step.Head);
        // A node that is behind is asked again; but the one development node that ended at a higher block has lost what came after its last file.
        if ((step.Lost ?? (settings.Development && step.Head < position.Cursor.Number ? "the newest block is older than what was confirmed" : null)) is { } lost)
        {
            await LostAsync(chain, lost, ct);
            return false;
        }
        if (step.Changes.Count > 0 || step.Position.Cursor != position.Cursor || step.Position.Pending.Count != position.Pending.Count || !step.Position.Pending.Select(p => p.Ref).SequenceEqual(position.Pending.Select(p => p.Ref)))
            await books.ApplyAsync(position, step, ct);
        // Nothing waits and nothing is new: the next look is one question.
        var waits = step.Position.Pending.Any(p => p.Logs.Count > 0);
        readTo = !waits && (step.Position.Pending is [.., var last] ? last.Ref : step.Position.Cursor) == newest ? newest : null;
        return waits;
    }

    /// <summary>The first look ever: from a block that is deep already. The product has made no escrow before it.</summary>
    private async Task<WatchPosition> BeginAsync(LiveChain chain, CancellationToken ct)
    {
        var (genesis, head) = (await chain.Node.BlockAsync(0, ct), await chain.Node.HeadAsync(ct));
        var begin = await chain.Node.BlockAsync(Math.Max(0, head - settings.Confirmations), ct);
        if (genesis is null || begin is null) throw new NodeUnavailableException("the node has lost its blocks");
        await books.BeginAsync(settings.ChainId, genesis.Ref.Hash, begin, ct);
        return new WatchPosition(begin.Ref, begin.Time, []);
    }

    private async Task LostAsync(LiveChain chain, string what, CancellationToken ct)
    {
        readTo = null;
        if (settings.Development)
        {
            var (block, seen, gone) = await books.GoBackAsync(chain.Node, ct);
            log.ChainWentBack(block, seen, gone);
            development.Forget();
            link.TurnOff("the development chain lost its last blocks"); // until it is known whether the contracts are still there
            return;
        }
        log.Lost(what);
        await books.HaltAsync(what, ct);
        Off("reading was halted: " + what, danger: false);
    }

    private void On(LiveChain live)
    {
        var was = link.Live;
        link.TurnOn(live);
        if (was?.Escrow == live.Escrow && said is null) return;
        said = null;
        log.On(settings.Network, settings.ChainId, live.Escrow.ToString(), settings.Confirmations);
    }

    private void Off(string why, bool danger)
    {
        link.TurnOff(why);
        if (said == why) return;
        said = why;
        if (danger) log.OffByDanger(why);
        else log.Off(why);
    }
}
