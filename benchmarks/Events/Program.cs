using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Events;
using EstoSpaces.EventBench;
using EstoSpaces.Host;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Events.Nats;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

// Events per second: NATS alone, our bus on it, and the whole way from the commit of a fact to the commit of its effect, through two databases; the same way on the bus within the process.
// dotnet run -c Release --project benchmarks/Events [facts]
var facts = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 20_000;

await using var nats = await NatsServerProcess.StartAsync();
var raw = await RawAsync();
Console.WriteLine($"NATS alone: publish + ack, 256 on their way: {raw:F0}/s");
var (bus, ack50, ack99) = await BusAsync();
Console.WriteLine($"our bus: publish + ack with envelope and id, 256 on their way: {bus:F0}/s, ack p50 {ack50:F2} ms, p99 {ack99:F2} ms, ratio to NATS alone {bus / raw:F2}");

var local = await RoadAsync(null);
var road = await RoadAsync(nats.Url);
Console.WriteLine($"outbox → effect in one process, {facts} facts of {Subjects(facts)} subjects: {local:F0}/s");
Console.WriteLine($"outbox → NATS → effect, the same: {road:F0}/s, ratio to one process {road / local:F2}, to NATS alone {road / raw:F3}");
return 0;

static int Subjects(int facts) => Math.Max(1, facts / 10);
static double At(List<double> sorted, double share) => sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, sorted.Count * share)];

static EventEnvelope Envelope(int i)
{
    var fact = new NightsTaken(PropertyId.New(), Guid.CreateVersion7(), new DateOnly(2027, 5, 3), new DateOnly(2027, 5, 8), "stay");
    return new EventEnvelope
    {
        Id = Guid.CreateVersion7(), Source = "/estospaces/bench", Type = EventTypes.Of<NightsTaken>(), Subject = fact.Subject, Time = DateTimeOffset.UtcNow, Sequence = i, Data = JsonSerializer.SerializeToElement(fact, Wire.Json),
    };
}

async Task<double> RawAsync()
{
    await using var client = new NatsClient(nats.Options, NullLogger.Instance);
    client.Start();
    var link = await client.LinkAsync(CancellationToken.None);
    await link.AskAsync("STREAM.CREATE.raw", new System.Text.Json.Nodes.JsonObject { ["name"] = "raw", ["subjects"] = new System.Text.Json.Nodes.JsonArray("raw"), ["storage"] = "file" }, CancellationToken.None);
    var body = JsonSerializer.SerializeToUtf8Bytes(Envelope(1), Wire.Json);
    return await ManyAsync(_ => link.StoreAsync("raw", body, default, CancellationToken.None), null);
}

async Task<(double PerSecond, double P50, double P99)> BusAsync()
{
    await using var bus = new NatsBus(nats.Options, NullLogger<NatsBus>.Instance);
    await bus.StartAsync(CancellationToken.None);
    await Until.HoldsAsync(async () =>
    {
        try { await bus.SettleAsync("bookings", CancellationToken.None); return true; }
        catch (BusAwayException) { return false; }
    }, "the bus is there");
    var times = new List<double>();
    var rate = await ManyAsync(i => bus.PublishAsync(Envelope(i), CancellationToken.None), times);
    times.Sort();
    return (rate, At(times, 0.5), At(times, 0.99));
}

static async Task<double> ManyAsync(Func<int, Task> publish, List<double>? times)
{
    var count = 0;
    var began = Stopwatch.StartNew();
    await Task.WhenAll(Enumerable.Range(0, 256).Select(_ => Task.Run(async () =>
    {
        while (began.Elapsed.TotalSeconds < 4)
        {
            var at = Stopwatch.GetTimestamp();
            await publish(Interlocked.Increment(ref count));
            if (times is null) continue;
            lock (times) times.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        }
    })));
    return count / began.Elapsed.TotalSeconds;
}

async Task<double> RoadAsync(string? natsUrl)
{
    var folder = Directory.CreateTempSubdirectory("estospaces-event-bench").FullName;
    if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
    IReadOnlyList<IModule> modules = [new PublishingModule(), new ListeningModule()];
    var settings = new Settings(new Dictionary<string, string>()).With(("ENVIRONMENT", "test"), ("LOG_LEVEL", "error"), ("DATA_DIR", folder), ("NATS_URL", natsUrl), ("PORT_OFFSET", "21000"));
    using var loggers = Loggers.Create(settings);
    await using var topology = await Topology.ChooseAsync(settings, modules, modules, loggers, CancellationToken.None);
    var apps = modules.Select(m => ModuleApp.Build(m, topology.ContextOf(m.Facts))).ToList();
    try
    {
        foreach (var app in apps) await app.MigrateAsync(CancellationToken.None);
        foreach (var app in apps) await app.StartAsync(CancellationToken.None);
        await topology.Bus.StartAsync(CancellationToken.None);
        var source = apps[0].Web.Services.GetRequiredService<NpgsqlDataSource>();
        var signal = apps[0].Web.Services.GetRequiredService<OutboxSignal>();
        await BurstAsync(source, signal, 2_000); // warm
        return await BurstAsync(source, signal, facts);
    }
    finally
    {
        await topology.Bus.StopAsync(CancellationToken.None);
        foreach (var app in apps) await app.StopAsync(CancellationToken.None);
        foreach (var app in apps) await app.DisposeAsync();
    }
}

static async Task<double> BurstAsync(NpgsqlDataSource source, OutboxSignal signal, int count)
{
    WriteNights.Reset();
    var properties = Enumerable.Range(0, Subjects(count)).Select(_ => PropertyId.New()).ToList();
    var began = Stopwatch.StartNew();
    await Parallel.ForEachAsync(Enumerable.Range(0, count / 200), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (batch, ct) =>
    {
        await CommitAsync(source, [.. Enumerable.Range(0, 200).Select(i => Nights(properties[(batch * 200 + i) % properties.Count]))], ct);
        signal.Wake();
    });
    await Until.HoldsAsync(() => Task.FromResult(WriteNights.Handled), n => n >= count, "all effects are there", seconds: 300);
    return count / began.Elapsed.TotalSeconds;
}

static NightsTaken Nights(PropertyId property) => new(property, Guid.CreateVersion7(), new DateOnly(2027, 5, 3), new DateOnly(2027, 5, 8), "stay");

static async Task CommitAsync(NpgsqlDataSource source, IReadOnlyList<IEvent> facts, CancellationToken ct)
{
    await using var connection = await source.OpenConnectionAsync(ct);
    await using var transaction = await connection.BeginTransactionAsync(ct);
    // In the order of subjects: two transactions that number facts of the same subjects must not wait for each other in a circle.
    await Outbox.InsertAsync(connection, facts.OrderBy(f => f.Subject, StringComparer.Ordinal), DateTimeOffset.UtcNow, ct);
    await transaction.CommitAsync(ct);
}
