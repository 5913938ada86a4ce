using System.Globalization;
using System.Text.Json;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Blockchain.Slices;

/// <summary>Somebody signed in looks a transaction up. Refused when the node doesn't know it, which may change a second after a wallet has sent it.</summary>
public static class ReadTransaction
{
    public static void Map(RouteGroupBuilder chain) => chain.MapGet("/transactions/{hash}", HandleAsync).WithName("ReadTransaction").Produces<TransactionView>();

    private static async Task<IResult> HandleAsync(string hash, ChainLink link, ChainSettings settings, CancellationToken ct)
    {
        if (!Hex.TryBytes(hash, out var bytes) || bytes.Length != 32) return BlockchainRefusals.HashInvalid.ToProblem();
        if (link.Live is not { } chain) return BlockchainRefusals.Off(link.Off ?? "the chain is being looked for").ToProblem();
        if (await chain.Node.TransactionAsync(Hex.Data(bytes), ct) is not { } found) return BlockchainRefusals.TransactionNotFound.ToProblem();
        var head = await chain.Node.HeadAsync(ct);
        var receipt = await chain.Node.ReceiptAsync(Hex.Data(bytes), ct);
        var depth = receipt is null ? 0 : (int)Math.Clamp(head - receipt.Block.Number + 1, 0, settings.Confirmations);
        var block = receipt is null ? null : await chain.Node.BlockAsync(receipt.Block.Number, ct);
        var status = receipt is null ? "pending" : !receipt.Succeeded ? "failed" : depth >= settings.Confirmations ? "confirmed" : "seen";
        return TypedResults.Ok(new TransactionView(Hex.Data(bytes), status, Address(found, "from")!, Address(found, "to"), Hex.Number(found.GetProperty("value").GetString()!).ToString(CultureInfo.InvariantCulture),
            receipt?.Block.Number, depth, settings.Confirmations, receipt?.GasUsed, block is null ? null : DateTimeOffset.FromUnixTimeSeconds(block.Time), settings.ExplorerUrl is { } explorer ? $"{explorer}/tx/{Hex.Data(bytes)}" : null));
    }

    private static string? Address(JsonElement transaction, string name) =>
        transaction.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? EthereumAddress.Parse(found.GetString()!.ToLowerInvariant()).ToString() : null;
}
