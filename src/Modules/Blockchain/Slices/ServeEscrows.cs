using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Blockchain.Slices;

/// <summary>Payments opens escrows, orders refunds and releases, and compares its ledger with the contract's books. Other services only: who may do what to which booking is decided there.</summary>
public static class ServeEscrows
{
    public static void Map(RouteGroupBuilder inside)
    {
        inside.MapPost("/escrows", async (EscrowRequest request, EscrowDesk desk, CancellationToken ct) => Answer(await desk.OpenAsync(request, ct)));
        inside.MapGet("/escrows/{escrowId}", async (string escrowId, EscrowDesk desk, EscrowViews views, CancellationToken ct) =>
            await desk.FindAsync(escrowId, ct) is { IsOurs: true } row ? TypedResults.Ok(await views.ShowAsync(row, ct)) : (IResult)BlockchainRefusals.EscrowNotFound.ToProblem());
        inside.MapPost("/escrows/{escrowId}/refunds", async (string escrowId, EscrowRefundRequest request, EscrowDesk desk, CancellationToken ct) => Answer(await desk.RefundAsync(escrowId, request, ct)));
        inside.MapPost("/escrows/{escrowId}/release", async (string escrowId, EscrowDesk desk, CancellationToken ct) => Answer(await desk.ReleaseAsync(escrowId, ct)));
        inside.MapGet("/books", async (EscrowBooksReader books, CancellationToken ct) =>
        {
            try { return Answer(await books.ReadAsync(ct)); }
            // The node keeps the states of the newest blocks only; ours will be among them again.
            catch (NodeRefusedException e) { throw new NodeUnavailableException(e.Message, e); }
        });
    }

    private static IResult Answer<T>(Result<T> result) => result.Refused ? result.Refusal.ToProblem() : TypedResults.Ok(result.Value);
}
