using EstoSpaces.Blockchain.Development;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Reactions;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Blockchain.Slices;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Contracts.Users;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Identity;
using EstoSpaces.Kernel.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace EstoSpaces.Blockchain;

/// <summary>
/// Owns the bridge to Ethereum: the escrow and registry contracts, what their logs say and how deep it is, and everything that the operator's key sends. It moves an escrow only by what the chain says at depth, and keeps no private key.
/// It refuses to know what a booking is worth (the frozen quote says), who may cancel it (payments asks on behalf of bookings), and to hold money: the contract does, and pays only guest, host and treasury.
/// Without a node it runs and says that wallets can't pay.
/// </summary>
public sealed class BlockchainModule : IModule
{
    public ModuleFacts Facts { get; } = new("blockchain", "blockchain-service", 8089)
    {
        Database = "estospaces_blockchain",
        Db = DbSeam.Of<BlockchainDb>(),
        Serves = ["/api/v1/blockchain", "/api/v1/properties/{id}/on-chain"],
        Hears = [ReactionSeam.To<AccountErased, OnAccountErased>()],
        Calls = [ClientSeam.To<PropertiesClient>("properties"), ClientSeam.To<UsersClient>("users")],
    };

    public void AddServices(IServiceCollection services, ModuleContext context)
    {
        services.AddSingleton(ChainSettings.From(context.Settings));
        services.AddHttpClient(ChainFinder.ClientName, http => http.Timeout = Timeout.InfiniteTimeSpan) // each call has a deadline of its own
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(3), UseCookies = false, AllowAutoRedirect = false });
        services.AddSingleton<ChainLink>();
        services.AddSingleton<ChainSignal>();
        services.AddSingleton<ChainLease>();
        services.AddSingleton<ChainFinder>();
        services.AddSingleton<DevelopmentChain>();
        services.AddSingleton<WatchBooks>();
        services.AddSingleton<OperatorOrders>();
        services.AddSingleton<OperatorSender>();
        services.AddSingleton<EtherPrices>();
        services.AddSingleton<EscrowBook>();
        services.AddSingleton<EscrowViews>();
        services.AddSingleton<EscrowDesk>();
        services.AddSingleton<EscrowBooksReader>();
        services.AddSingleton<IReadinessCheck, ChainReadiness>();
        services.AddHostedService<WatchChain>();
        services.AddHostedService<ChainMetrics>();
    }

    public void Map(WebApplication app)
    {
        ReadStatus.Map(app.MapDoor("/api/v1/blockchain").WithTags("blockchain"));
        var chain = app.MapDoor("/api/v1/blockchain").RequireAuthorization(Policies.User).WithTags("blockchain");
        ReadWalletBalance.Map(chain);
        ReadTransaction.Map(chain);
        RuleEscrow.Map(app.MapDoor("/api/v1/blockchain").RequireAuthorization(Policies.Admin).WithTags("blockchain"));
        RecordProperty.Map(app.MapDoor("/api/v1/properties/{id}").WithTags("blockchain"));
        if (app.Services.GetRequiredService<ChainSettings>().Development) DemoWallet.Map(app.MapDoor("/api/v1/blockchain").WithTags("blockchain"));

        var inside = app.MapInternalDoor("/internal/blockchain");
        ReadStatus.MapInternal(inside);
        ServeEscrows.Map(inside);
        CheckSignature.Map(inside);
    }

    /// <summary>A node that is configured and can't be used is told; the module goes on without.</summary>
    private sealed class ChainReadiness(ChainSettings settings, ChainLink link) : IReadinessCheck
    {
        public string Name => "ethereum";

        public bool IsNeeded => false;

        public Task<string?> CheckAsync(CancellationToken ct) => Task.FromResult(settings.RpcUrl is null ? null : link.Off);
    }
}
