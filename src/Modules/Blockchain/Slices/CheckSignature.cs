using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Blockchain.Slices;

/// <summary>Another service asks whether a contract wallet says yes to a signature (ERC-1271). An address without code is told as no contract: signatures of such are checked without a node.</summary>
public static class CheckSignature
{
    private static readonly byte[] Yes = Abi.Selector("isValidSignature(bytes32,bytes)");

    public sealed record Request(string? Address, string? Hash, string? Signature);

    public static void Map(RouteGroupBuilder inside) => inside.MapPost("/signatures", HandleAsync);

    private static async Task<IResult> HandleAsync(Request request, ChainLink link, CancellationToken ct)
    {
        if (!EthereumAddress.TryParse(request.Address, out var wallet)) return BlockchainRefusals.WalletInvalid("address", "This is no Ethereum address.").ToProblem();
        if (!Hex.TryBytes(request.Hash, out var hash) || hash.Length != 32 || !Hex.TryBytes(request.Signature, out var signature)) return BlockchainRefusals.SignatureInvalid.ToProblem();
        if (link.Live is not { } chain) return BlockchainRefusals.Off(link.Off ?? "the chain is being looked for").ToProblem();
        if ((await chain.Node.CodeAsync(wallet, ct)).Length == 0) return TypedResults.Ok(new SignatureCheck(false, false));
        try
        {
            var answer = await chain.Node.CallAsync(wallet, Question(hash, signature), ct);
            return TypedResults.Ok(new SignatureCheck(true, answer.Length == 32 && answer.AsSpan(0, 4).SequenceEqual(Yes) && !answer.AsSpan(4).ContainsAnyExcept((byte)0)));
        }
        catch (NodeRefusedException) { return TypedResults.Ok(new SignatureCheck(true, false)); } // it reverted: that is a no
    }

    /// <summary>isValidSignature(hash, signature): the hash, the offset of the bytes, their length, the bytes filled up to whole words.</summary>
    private static byte[] Question(byte[] hash, byte[] signature) =>
        [.. Yes, .. hash, .. Abi.Word(2 * Abi.WordSize), .. Abi.Word(signature.Length), .. signature, .. new byte[(Abi.WordSize - (signature.Length % Abi.WordSize)) % Abi.WordSize]];
}
