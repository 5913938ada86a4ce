using System.Diagnostics.Metrics;
using System.Globalization;
using System.Numerics;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Payments.Ledger;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.Payments.Ethereum;

/// <summary>One comparison of ledger and contract, as of a confirmed block. Escrows: how many were compared.</summary>
public sealed record EscrowLook(long Block, DateTimeOffset At, int Escrows, IReadOnlyList<string> Differences);

/// <summary>
/// Whether the ledger's escrow accounts are what the contract holds: payment by payment and in sum, to the wei, every minute. The two are read one after the other and facts are on their way between them,
/// so only what differs in two looks in a row, unchanged, counts: it is logged, shown to admins, and wakes somebody.
/// </summary>
public sealed class EscrowCheck : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly NpgsqlDataSource source;
    private readonly IServiceScopeFactory scopes;
    private readonly ILogger<EscrowCheck> log;
    private readonly SemaphoreSlim oneLook = new(1);
    private volatile EscrowLook? last;
    private volatile IReadOnlyList<string> standing = [];

    public EscrowCheck(NpgsqlDataSource source, IServiceScopeFactory scopes, IMeterFactory meters, ILogger<EscrowCheck> log)
    {
        (this.source, this.scopes, this.log) = (source, scopes, log);
        meters.Create("EstoSpaces.Payments").CreateObservableGauge("estospaces_escrow_differences", Known, description: "Payments whose escrow in the ledger is not what the contract holds, in two looks in a row");
    }

    /// <summary>The last comparison; null when there was none, because wallets can't pay here or the chain is away.</summary>
    public EscrowLook? Last => last;

    /// <summary>What differed in the last two looks.</summary>
    public IReadOnlyList<string> Standing => standing;

    /// <summary>Compares now, and keeps nothing of it. Null when the contract's books can't be had.</summary>
    public async Task<EscrowLook?> CompareAsync(CancellationToken ct)
    {
        if (await BooksAsync(ct) is not { } books) return null;
        var ledger = await source.QueryAsync("""
            select t.payment_id, sum(e.amount_minor)::bigint from ledger_entries e join ledger_transactions t on t.id = e.transaction_id where e.account = $1 group by t.payment_id having sum(e.amount_minor) <> 0
            """, [Accounts.Clearing(EthereumPayments.ProviderName)], row => (Payment: new PaymentId(row.GetGuid(0)), Minor: row.GetInt64(1)), ct);
        return new EscrowLook(books.Block, books.At, books.Open.Count, [.. Differences(books, ledger.ToDictionary(l => l.Payment, l => l.Minor))]);
    }

    /// <summary>Compares now, and with the look before: what differed in both, unchanged, counts.</summary>
    public async Task<EscrowLook?> LookAsync(CancellationToken ct)
    {
        await oneLook.WaitAsync(ct);
        try
        {
            if (await CompareAsync(ct) is not { } look) return null;
            var again = look.Differences.Intersect(last?.Differences ?? [], StringComparer.Ordinal).ToList();
            foreach (var difference in again.Except(standing, StringComparer.Ordinal)) log.BooksDiffer(difference);
            (last, standing) = (look, again);
            return look;
        }
        finally { oneLook.Release(); }
    }

    /// <summary>What differs, in words that stay the same while it does.</summary>
    public static IEnumerable<string> Differences(EscrowBooks books, IReadOnlyDictionary<PaymentId, long> ledger)
    {
        var seen = new HashSet<PaymentId>();
        foreach (var escrow in books.Open)
        {
            // A stranger's deposit is in no book of ours; the operator gives it back.
            if (escrow.PaymentId is not { } payment) continue;
            seen.Add(payment);
            var (minor, wei) = (ledger.GetValueOrDefault(payment), Wei(escrow.Wei));
            if (minor * Wei(escrow.WeiPerMinor) != wei) yield return $"payment {payment}: the contract holds {wei} wei at {escrow.WeiPerMinor} a minor unit, the ledger {minor}";
        }
        foreach (var (payment, minor) in ledger.Where(l => !seen.Contains(l.Key)).OrderBy(l => l.Key.Value)) yield return $"payment {payment}: the contract holds nothing, the ledger {minor}";
        var sum = books.Open.Aggregate(BigInteger.Zero, (all, escrow) => all + Wei(escrow.Wei));
        if (sum != Wei(books.EscrowedWei)) yield return $"the contract holds {books.EscrowedWei} wei in escrow, its escrows {sum}";
        if (Wei(books.BalanceWei) < Wei(books.EscrowedWei) + Wei(books.CreditedWei)) yield return $"the contract has {books.BalanceWei} wei and owes {books.EscrowedWei} and {books.CreditedWei}";
    }

    public override void Dispose()
    {
        oneLook.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                try { await LookAsync(stopping); }
                // What was known stays until the next time; that the database or the chain is away is told by others.
                catch (Exception e) when (e is NpgsqlException or TimeoutException) { log.BooksAway(e.Message); }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested) { return; }
    }

    private async Task<EscrowBooks?> BooksAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        try { return await scope.ServiceProvider.GetRequiredService<BlockchainClient>().GetBooksAsync(ct) is { Refused: false } books ? books.Value : null; }
        catch (Exception e) when (e is HttpRequestException or TimeoutException) { return null; }
    }

    private IEnumerable<Measurement<long>> Known() => last is null ? [] : [new Measurement<long>(standing.Count)];

    private static BigInteger Wei(string text) => BigInteger.Parse(text, CultureInfo.InvariantCulture);
}
