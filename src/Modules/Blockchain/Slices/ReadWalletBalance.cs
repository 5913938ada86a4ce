using System.Globalization;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Outcomes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Blockchain.Slices;

/// <summary>Somebody signed in asks what an address has, and what the escrow contract owes it, with the call by which its owner takes it. The chain tells that to anybody.</summary>
public static class ReadWalletBalance
{
    public static void Map(RouteGroupBuilder chain) => chain.MapGet("/wallets/{address}/balance", HandleAsync).WithName("ReadWalletBalance").Produces<WalletBalance>();

    private static async Task<IResult> HandleAsync(string address, ChainLink link, CancellationToken ct)
    {
        if (!EthereumAddress.TryParse(address, out var wallet)) return BlockchainRefusals.WalletInvalid("address", "This is no Ethereum address, or its checksum is wrong.").ToProblem();
        if (link.Live is not { } chain) return BlockchainRefusals.Off(link.Off ?? "the chain is being looked for").ToProblem();
        var latest = await chain.Node.LatestAsync(ct);
        var balance = await chain.Node.BalanceAsync(wallet, ct);
        var owed = Abi.UInt(await chain.Node.CallAsync(chain.Escrow, EscrowCalls.Credits(wallet), ct), 0);
        return TypedResults.Ok(new WalletBalance(wallet.ToString(), balance.ToString(CultureInfo.InvariantCulture), owed.ToString(CultureInfo.InvariantCulture), latest.Ref.Number)
        {
            Contract = chain.Escrow.ToString(), WithdrawData = owed.IsZero ? null : Hex.Data(EscrowCalls.WithdrawFor(wallet)),
        });
    }
}
