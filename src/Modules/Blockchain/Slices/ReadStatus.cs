using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts.Blockchain;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace EstoSpaces.Blockchain.Slices;

/// <summary>Anybody asks whether wallets can pay here and on which chain. Never refused: off is an answer too.</summary>
public static class ReadStatus
{
    public static void Map(RouteGroupBuilder chain) => chain.MapGet("/status", (ChainLink link) => TypedResults.Ok(link.Status)).WithName("ReadChainStatus").Produces<ChainStatus>();

    public static void MapInternal(RouteGroupBuilder inside) => inside.MapGet("/status", (ChainLink link) => TypedResults.Ok(link.Status));
}
