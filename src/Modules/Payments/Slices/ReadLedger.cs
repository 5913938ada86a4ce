using EstoSpaces.Contracts;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Payments.Ethereum;
using EstoSpaces.Payments.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Payments.Slices;

/// <summary>An admin reads the balances of the ledger. He and other services ask whether the ledger, what it tells of, and what the escrow contract holds agree.</summary>
public static class ReadLedger
{
    /// <summary>A credit balance (what we owe, what we earned) is below zero.</summary>
    public sealed record Balance(string Account, Money Amount);

    public sealed record Balances(IReadOnlyList<Balance> Data);

    /// <summary>
    /// Differences names each payment, refund or booking whose rows and ledger do not agree; Balanced says that there are none. EscrowDifferences names what the escrow contract did not hold as the ledger says, in
    /// two looks in a row; Escrows is the last look, null when wallets can't pay here.
    /// </summary>
    public sealed record Check(bool Balanced, long Transactions, IReadOnlyList<string> Differences, IReadOnlyList<string> EscrowDifferences, EscrowLook? Escrows);

    public static void MapAdmin(RouteGroupBuilder ledger)
    {
        ledger.MapGet("/balances", BalancesAsync).WithName("ReadLedgerBalances").Produces<Balances>();
        ledger.MapGet("/check", CheckAsync).WithName("CheckLedger").Produces<Check>();
    }

    public static void MapInternal(RouteGroupBuilder door)
    {
        door.MapGet("/ledger/check", CheckAsync);
        door.MapGet("/ledger/escrows", CompareAsync);
    }

    private static async Task<IResult> BalancesAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        // A host's own account is one of many: they are summed.
        var rows = await source.QueryAsync("""
            select case when account like 'host\_payable:%' then 'host_payable' else account end as name, currency, sum(amount_minor)::bigint
            from ledger_entries group by name, currency order by name, currency
            """, [], row => new Balance(row.GetString(0), new Money(row.GetInt64(2), row.GetString(1))), ct);
        return TypedResults.Ok(new Balances(rows));
    }

    private static async Task<IResult> CompareAsync(EscrowCheck escrows, CancellationToken ct) => await escrows.CompareAsync(ct) is { } look ? TypedResults.Ok(look) : PaymentRefusals.MethodUnavailable.ToProblem();

    private static async Task<IResult> CheckAsync(NpgsqlDataSource source, EscrowCheck escrows, CancellationToken ct)
    {
        var differences = await LedgerCheck.DifferencesAsync(source, ct);
        var transactions = await source.QueryAsync("select count(*) from ledger_transactions", [], row => row.GetInt64(0), ct);
        return TypedResults.Ok(new Check(differences.Count == 0, transactions[0], differences, escrows.Standing, escrows.Last));
    }
}
