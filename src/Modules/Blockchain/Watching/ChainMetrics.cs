using System.Diagnostics.Metrics;
using EstoSpaces.Kernel.Postgres;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace EstoSpaces.Blockchain.Watching;

/// <summary>What is measured of the chain, for /metrics and its alerts: whether it can be used, how old its newest block is, what of the operator's work waits or failed, and the ether left for gas.</summary>
public sealed class ChainMetrics : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private readonly ChainSettings settings;
    private readonly ChainLink link;
    private readonly NpgsqlDataSource source;
    private double? operatorEther, blockAge;
    private long waiting, failed;

    public ChainMetrics(ChainSettings settings, ChainLink link, NpgsqlDataSource source, IMeterFactory meters)
    {
        (this.settings, this.link, this.source) = (settings, link, source);
        if (settings.RpcUrl is null) return;
        var meter = meters.Create("EstoSpaces.Blockchain");
        meter.CreateObservableGauge("estospaces_chain_on", () => link.Live is null ? 0 : 1, description: "1 while wallets can pay");
        meter.CreateObservableGauge("estospaces_chain_head", () => link.Head is { } head ? [new Measurement<long>(head)] : Array.Empty<Measurement<long>>(), description: "Number of the newest block");
        meter.CreateObservableGauge("estospaces_chain_block_age", () => blockAge is { } age ? [new Measurement<double>(age)] : Array.Empty<Measurement<double>>(), "s", "Age of the newest block; a development chain makes them only when they are needed");
        meter.CreateObservableGauge("estospaces_chain_operator_ether", () => operatorEther is { } ether ? [new Measurement<double>(ether)] : Array.Empty<Measurement<double>>(), description: "Ether that the operator has for gas");
        meter.CreateObservableGauge("estospaces_chain_orders_waiting", () => waiting, description: "Transactions of the operator that are due and not confirmed");
        meter.CreateObservableGauge("estospaces_chain_orders_failed", () => failed, description: "Transactions of the operator in the last week that the contract refused, withdrawals left aside");
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (settings.RpcUrl is null) return;
        using var timer = new PeriodicTimer(Every, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try { await MeasureAsync(stopping); }
                // Node or database are away, which others tell. What was known stays until the next time.
                catch (Exception e) when (e is HttpRequestException or Node.NodeRefusedException or NpgsqlException or TimeoutException) { continue; }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
    }

    private async Task MeasureAsync(CancellationToken ct)
    {
        (waiting, failed) = (await source.QueryAsync("""
            select count(*) filter (where state in ('queued', 'sent') and not_before < now()), count(*) filter (where state in ('refused', 'reverted') and kind <> 'withdraw_for' and updated_at > now() - interval '7 days') from operator_transactions
            """, [], row => (row.GetInt64(0), row.GetInt64(1)), ct))[0];
        if (link.Live is not { } chain) return;
        operatorEther = (double)(await chain.Node.BalanceAsync(chain.Signer.Address, ct)) / 1e18;
        blockAge = settings.Development ? null : TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - (await chain.Node.LatestAsync(ct)).Time;
    }
}
