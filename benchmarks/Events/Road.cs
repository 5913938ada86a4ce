using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Host;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EstoSpaces.EventBench;

/// <summary>Two modules, each with its database, and a bus between them: the whole way of a fact as the product has it.</summary>
public sealed class Road : IAsyncDisposable
{
    private readonly Topology topology;
    private readonly List<ModuleApp> apps;
    private readonly ILoggerFactory loggers;

    private Road(Topology topology, List<ModuleApp> apps, ILoggerFactory loggers) => (this.topology, this.apps, this.loggers) = (topology, apps, loggers);

    private NpgsqlDataSource Source => apps[0].Web.Services.GetRequiredService<NpgsqlDataSource>();
    private OutboxSignal Signal => apps[0].Web.Services.GetRequiredService<OutboxSignal>();

    /// <summary>Starts it, on NATS or on the bus within the process, and walks it until it is warm.</summary>
    public static async Task<Road> StartAsync(EmbeddedPostgres postgres, string? natsUrl)
    {
        IReadOnlyList<IModule> modules = [new PublishingModule(), new ListeningModule()];
        var settings = new Settings(new Dictionary<string, string>()).With(("ENVIRONMENT", "test"), ("LOG_LEVEL", "error"), ("DATA_DIR", postgres.DataDirectory + "-road"), ("NATS_URL", natsUrl),
            ("DB_HOST", "127.0.0.1"), ("DB_PORT", postgres.Port.ToString()), ("DB_USER", postgres.User), ("DB_PASSWORD", postgres.Password), ("DB_SSL_MODE", "disable"),
            ("PORT_OFFSET", Environment.GetEnvironmentVariable("PORT_OFFSET") is { Length: > 0 } offset ? offset : "21000"));
        var loggers = Loggers.Create(settings);
        var topology = await Topology.ChooseAsync(settings, modules, modules, loggers, CancellationToken.None);
        var road = new Road(topology, [.. modules.Select(m => ModuleApp.Build(m, topology.ContextOf(m.Facts)))], loggers);
        foreach (var app in road.apps) await app.MigrateAsync(CancellationToken.None);
        foreach (var app in road.apps) app.Subscribe();
        foreach (var app in road.apps) await app.StartAsync(CancellationToken.None);
        await topology.Bus.StartAsync(CancellationToken.None);
        topology.Started.SetResult();
        await road.BurstAsync(12_000); // code is compiled for good after some thousand calls
        return road;
    }

    /// <summary>Facts a second when all that there are wait to be carried: 200 in a transaction, ten of each subject.</summary>
    public async Task<double> BurstAsync(int count)
    {
        WriteNights.Reset();
        var properties = Enumerable.Range(0, Math.Max(1, count / 10)).Select(_ => PropertyId.New()).ToList();
        var began = System.Diagnostics.Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(0, count / 200), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (batch, ct) =>
            await CommitAsync([.. Enumerable.Range(0, 200).Select(i => Nights(properties[(batch * 200 + i) % properties.Count], Guid.CreateVersion7()))], () => { }));
        await Until.HoldsAsync(() => Task.FromResult(WriteNights.Handled), n => n >= count / 200 * 200, "all effects are there", seconds: 300);
        return count / began.Elapsed.TotalSeconds;
    }

    /// <summary>From the moment before the commit of a fact is sent until the commit of its effect has returned, each fact in a transaction of its own.</summary>
    public async Task<Latency> SteadyAsync(int perSecond, int seconds)
    {
        var properties = Enumerable.Range(0, 400).Select(_ => PropertyId.New()).ToList();
        return await Latency.OfSteadyAsync(perSecond, seconds, follow => WriteNights.Committed = follow, (id, from) => CommitAsync([Nights(properties[Random.Shared.Next(properties.Count)], id)], from));
    }

    public async ValueTask DisposeAsync()
    {
        await topology.Bus.StopAsync(CancellationToken.None);
        foreach (var app in apps) await app.StopAsync(CancellationToken.None);
        foreach (var app in apps) await app.DisposeAsync();
        await topology.DisposeAsync();
        loggers.Dispose();
    }

    private static NightsTaken Nights(PropertyId property, Guid entry) => new(property, entry, new DateOnly(2027, 5, 3), new DateOnly(2027, 5, 8), "stay");

    private async Task CommitAsync(IReadOnlyList<IEvent> facts, Action before)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        // In the order of subjects: two transactions that number facts of the same subjects must not wait for each other in a circle.
        await Outbox.InsertAsync(connection, facts.OrderBy(f => f.Subject, StringComparer.Ordinal), DateTimeOffset.UtcNow, CancellationToken.None);
        before();
        await transaction.CommitAsync();
        Signal.Wake();
    }
}
