using System.Globalization;
using System.Numerics;
using System.Text.Json;
using EstoSpaces.Blockchain;
using EstoSpaces.Blockchain.Development;
using EstoSpaces.Blockchain.Escrows;
using EstoSpaces.Blockchain.Node;
using EstoSpaces.Blockchain.Sending;
using EstoSpaces.Blockchain.Watching;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Blockchain;
using EstoSpaces.Contracts.Properties;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Host.Split;
using EstoSpaces.Kernel.Ethereum;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;

namespace EstoSpaces.Modules.Tests.Blockchain;

/// <summary>
/// A chain to make weather on: anvil, a database of its own, and the module's parts on both, with nobody else moving either. Each look reads its position from the database, so each is a restart.
/// </summary>
internal sealed class ChainLab : IAsyncDisposable
{
    private readonly ServerProcess anvil;
    private readonly string folder;
    private readonly ServiceProvider clients = new ServiceCollection().AddHttpClient().BuildServiceProvider();
    private readonly Dictionary<EthereumAddress, long> nonces = [];
    private bool byHand;

    private ChainLab(ServerProcess anvil, string folder, NpgsqlDataSource source, ChainSettings settings)
    {
        (this.anvil, this.folder, Source, Settings) = (anvil, folder, source, settings);
        Clock = new ProductClock();
        var outbox = new OutboxSignal(Clock);
        Orders = new OperatorOrders(source, settings, Clock);
        Books = new WatchBooks(source, new EscrowBook(Orders, settings, NullLogger<EscrowBook>.Instance), outbox, Clock);
        Sender = new OperatorSender(Orders, settings, NullLogger<OperatorSender>.Instance);
        Link = new ChainLink(settings);
        Node = new EthereumNode(new JsonRpc(new HttpClient(), settings.RpcUrl!));
        Desk = new EscrowDesk(source, settings, Link, new ChainSignal(Clock), Orders, new EtherPrices(settings, Factory, NullLogger<EtherPrices>.Instance), new EscrowViews(source, settings, Link, Clock), Clock);
    }

    public NpgsqlDataSource Source { get; }
    public ChainSettings Settings { get; }
    public ProductClock Clock { get; }
    public OperatorOrders Orders { get; }
    public WatchBooks Books { get; }
    public OperatorSender Sender { get; }
    public ChainLink Link { get; }
    public EthereumNode Node { get; }
    public EscrowDesk Desk { get; }
    public LiveChain Chain => Link.Live!;
    public DevelopmentAccounts Accounts => new(Chain.Accounts);
    private IHttpClientFactory Factory => clients.GetRequiredService<IHttpClientFactory>();

    /// <summary>Starts all of it, with both contracts deployed and the watcher at their block.</summary>
    public static async Task<ChainLab> StartAsync(TestProduct product, int confirmations = 4, DateTimeOffset? genesis = null, bool push = false)
    {
        var (port, folder) = (LoopbackPorts.AnyLasting(), Path.Combine(Path.GetTempPath(), "estospaces-anvil", Guid.NewGuid().ToString("n")));
        Directory.CreateDirectory(folder);
        var begin = (genesis ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string[] command =
        [
            EmbeddedChain.Find(null) ?? throw new InvalidOperationException("anvil is not installed: npm ci"), "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--chain-id", "31337",
            "--hardfork", "cancun", "--order", "fifo", "--silent", "--max-persisted-states", "0", "--timestamp", begin,
        ];
        var anvil = await ServerProcess.StartAsync("anvil", command, new Dictionary<string, string> { ["HOME"] = folder }, _ => { }, CancellationToken.None);
        var settings = ChainSettings.From(new Settings(new Dictionary<string, string>
        {
            ["ENVIRONMENT"] = "test", ["ETH_RPC_URL"] = EmbeddedChain.UrlAt(port), ["ETH_CONFIRMATIONS"] = confirmations.ToString(CultureInfo.InvariantCulture), ["DEV_CHAIN_MINING"] = "off", ["ETH_PUSH_WITHDRAWALS"] = push ? "on" : "off",
        }));
        var lab = new ChainLab(anvil, folder, await NewDatabaseAsync(product), settings);
        await Until.HoldsAsync(async () =>
        {
            try { return await lab.Node.ChainIdAsync(CancellationToken.None) > 0; }
            catch (NodeUnavailableException) { return false; }
        }, "anvil answers", seconds: 60);
        await lab.FindAsync();
        await lab.MineAsync(confirmations + 1);
        var head = await lab.Node.LatestAsync(CancellationToken.None);
        var at = (await lab.Node.BlockAsync(head.Ref.Number - confirmations + 1, CancellationToken.None))!;
        await lab.Books.BeginAsync(31337, (await lab.Node.BlockAsync(0, CancellationToken.None))!.Ref.Hash, at, CancellationToken.None);
        return lab;
    }

    /// <summary>Looks for the chain as the service does; on a new one that deploys.</summary>
    public async Task<ChainFinder.No?> FindAsync(ChainSettings? settings = null)
    {
        var (live, no) = await new ChainFinder(settings ?? Settings, Source, Books, Factory, Clock, NullLogger<ChainFinder>.Instance).FindAsync(leads: true, CancellationToken.None);
        if (live is not null) Link.TurnOn(live);
        return no;
    }

    /// <summary>One look at the chain from where the last one ended, and (unless the process dies before) what it means in the database.</summary>
    public async Task<WatchStep> LookAsync(bool dies = false)
    {
        var position = (await Books.PositionAsync(CancellationToken.None))!;
        var step = await new LogWatcher(Node, [Chain.Escrow, Chain.Registry!.Value], Settings.Confirmations, blocksInRange: 50).LookAsync(position, CancellationToken.None);
        step.Lost.ShouldBeNull();
        if (!dies) await Books.ApplyAsync(position, step, CancellationToken.None);
        Link.At(step.Head);
        return step;
    }

    public Task<bool> SendAsync() => Sender.StepAsync(Node, Chain.Signer, CancellationToken.None);

    public Task<JsonElement> CallAsync(string method, params object?[] arguments) => Node.Rpc.CallAsync(method, arguments, CancellationToken.None);

    /// <summary>From now on a block comes with each transaction of <see cref="SendFromAsync"/> and at no other moment: whoever sets a block's time must know which block gets it.</summary>
    public async Task MineByHandAsync()
    {
        byHand = true;
        await CallAsync("evm_setAutomine", false);
    }

    public Task MineAsync(int blocks = 1) => CallAsync("anvil_mine", Hex.Quantity(blocks));

    /// <summary>Terms of ours to pay into, from the first demo wallet to the second.</summary>
    public async Task<(EscrowView View, EscrowTerms Terms)> OpenAsync(Quote quote, DateTimeOffset? payBy = null)
    {
        var request = new EscrowRequest(new PaymentId(Guid.CreateVersion7()), 1, new BookingId(Guid.CreateVersion7()), quote, Accounts.Wallets[0].ToString(), Accounts.Wallets[1].ToString(), payBy ?? quote.CheckInAt.AddHours(-1), quote.CheckOutAt.AddHours(48));
        var opened = await Desk.OpenAsync(request, CancellationToken.None);
        opened.Refused.ShouldBeFalse(opened.Refusal?.Message);
        return (opened.Value, (await Desk.FindAsync(opened.Value.EscrowId, CancellationToken.None))!.Terms);
    }

    /// <summary>A transaction of an unlocked account, signed with the nonce that comes next in this lab, and not sent.</summary>
    public async Task<byte[]> SignAsync(EthereumAddress from, byte[] data, BigInteger value, EthereumAddress? to = null)
    {
        if (!nonces.TryGetValue(from, out var nonce)) nonce = await Node.MinedCountAsync(from, CancellationToken.None);
        nonces[from] = nonce + 1;
        var raw = await CallAsync("eth_signTransaction", new Dictionary<string, object?>
        {
            ["from"] = Hex.Data(from.ToBytes()), ["to"] = Hex.Data((to ?? Chain.Escrow).ToBytes()), ["data"] = Hex.Data(data), ["value"] = Hex.Quantity(value), ["nonce"] = Hex.Quantity(nonce), ["gas"] = "0xf4240",
            ["maxFeePerGas"] = "0x174876e800", ["maxPriorityFeePerGas"] = "0x3b9aca00", ["chainId"] = "0x7a69", ["type"] = "0x2",
        });
        return Hex.Bytes(raw.GetString()!);
    }

    /// <summary>Sends from an unlocked account and waits until it is mined. Fails when it reverts.</summary>
    public async Task<Receipt> SendFromAsync(EthereumAddress from, byte[] data, BigInteger value = default)
    {
        // An estimate would be of another time than the block's, and of another tier.
        var hash = await CallAsync("eth_sendTransaction", new Dictionary<string, object?>
        {
            ["from"] = Hex.Data(from.ToBytes()), ["to"] = Hex.Data(Chain.Escrow.ToBytes()), ["data"] = Hex.Data(data), ["value"] = Hex.Quantity(value), ["gas"] = "0xf4240",
        });
        if (byHand) await CallAsync("evm_mine");
        var receipt = await MinedAsync(hash.GetString()!);
        receipt.Succeeded.ShouldBeTrue();
        return receipt;
    }

    /// <summary>anvil mines a moment after it has answered.</summary>
    public async Task<Receipt> MinedAsync(string hash) => (await Until.HoldsAsync(() => Node.ReceiptAsync(hash, CancellationToken.None), r => r is not null, "it is mined", seconds: 60))!;

    /// <summary>Types of the facts told of an escrow, in order.</summary>
    public Task<List<string>> FactsAsync(string subject) => Source.QueryAsync(
        "select type from outbox where kind = 'event' and subject = $1 order by position", [subject], row => row.GetString(0)["estospaces.blockchain.".Length..^".v1".Length], CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await anvil.StopAsync(TimeSpan.FromSeconds(10));
        anvil.Dispose();
        await Source.DisposeAsync();
        await clients.DisposeAsync();
        Directory.Delete(folder, true);
    }

    private static async Task<NpgsqlDataSource> NewDatabaseAsync(TestProduct product)
    {
        var name = "lab_" + Guid.NewGuid().ToString("n");
        await product.Inside<NpgsqlDataSource>("blockchain").ExecuteAsync($"create database {name} template template0", [], CancellationToken.None);
        var connection = product.Product.Topology.ContextOf(new BlockchainModule().Facts).ConnectionString!();
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Database = name, MaxPoolSize = 5 }.ConnectionString);
        await Migrations.ApplyAsync(source, typeof(BlockchainModule).Assembly, CancellationToken.None);
        return source;
    }
}
