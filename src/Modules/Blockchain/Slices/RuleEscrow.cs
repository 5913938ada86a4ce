using EstoSpaces.Blockchain.Development;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Outcomes;
using EstoSpaces.Kernel.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace EstoSpaces.Blockchain.Slices;

/// <summary>
/// An admin lists the disputed escrows and prepares a ruling: the transaction that the arbiter's own wallet sends, since no key of ours may. Refused when there is no dispute, and for a split that the contract would not take.
/// On a development chain the node sends it as the arbiter.
/// </summary>
public static class RuleEscrow
{
    public sealed record Request(long? ToGuestMinor, long? ToHostMinor) : IChecked
    {
        public IEnumerable<Refusal?> Check() =>
        [
            Checks.Required(ToGuestMinor, "to_guest_minor"), Checks.Range(ToGuestMinor, "to_guest_minor", 0, long.MaxValue), Checks.Required(ToHostMinor, "to_host_minor"), Checks.Range(ToHostMinor, "to_host_minor", 0, long.MaxValue),
        ];
    }

    /// <summary>What the arbiter sends to Contract; TxHash when it was sent already (development only).</summary>
    public sealed record Ruling(string EscrowId, string Contract, string Data, string? TxHash);

    public sealed record Disputes(IReadOnlyList<EscrowView> Data);

    public static void Map(RouteGroupBuilder admin)
    {
        admin.MapGet("/disputes", ListAsync).WithName("ListDisputedEscrows").Produces<Disputes>();
        admin.MapPost("/escrows/{escrowId}/ruling", HandleAsync).WithName("RuleEscrow").Produces<Ruling>();
    }

    private static async Task<IResult> ListAsync(NpgsqlDataSource source, EscrowViews views, CancellationToken ct)
    {
        var rows = await source.QueryAsync($"select {EscrowRow.Columns} from escrows where state = 'disputed' and payment_id is not null order by release_at, escrow_id limit 200", [], EscrowRow.Read, ct);
        var shown = new List<EscrowView>();
        foreach (var row in rows) shown.Add(await views.ShowAsync(row, ct));
        return TypedResults.Ok(new Disputes(shown));
    }

    private static async Task<IResult> HandleAsync(string escrowId, Request request, EscrowDesk desk, ChainLink link, CancellationToken ct)
    {
        if (await desk.FindAsync(escrowId, ct) is not { IsOurs: true } row) return BlockchainRefusals.EscrowNotFound.ToProblem();
        if (row.State is not EscrowState.Disputed) return BlockchainRefusals.NotDisputed.ToProblem();
        var left = row.TotalMinor - (row.ToGuestMinor ?? 0);
        var given = (Int128)request.ToGuestMinor!.Value + request.ToHostMinor!.Value;
        if (given > left || given < row.HostShareMinor) return BlockchainRefusals.SplitInvalid(row.HostShareMinor, left).ToProblem();
        var data = EscrowCalls.Rule(row.Terms, request.ToGuestMinor.Value, request.ToHostMinor.Value);
        string? sent = null;
        if (link.Live is { Accounts.Count: >= DevelopmentAccounts.Needed } chain)
            sent = (await chain.Node.Rpc.CallAsync("eth_sendTransaction", [new Dictionary<string, object?>
            {
                ["from"] = EthereumNode.Text(new DevelopmentAccounts(chain.Accounts).Arbiter), ["to"] = EthereumNode.Text(EthereumAddress.Parse(row.Contract)), ["data"] = Hex.Data(data),
            }], ct)).GetString();
        return TypedResults.Ok(new Ruling(row.EscrowId, row.Contract, Hex.Data(data), sent));
    }
}
