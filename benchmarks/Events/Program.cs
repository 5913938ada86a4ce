using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Events;
using EstoSpaces.EventBench;
using EstoSpaces.Host.Embedded;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Events.Nats;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

// Events per second: NATS alone, our bus on it, and the whole way from the commit of a fact to the commit of its effect, through two databases, over NATS and within the process. Then how long
// that way takes at a moderate rate, beside the same way by hand with nothing promised.
// dotnet run -c Release --project benchmarks/Events [facts] [facts a second] [--profile]
var numbers = args.Where(a => !a.StartsWith('-')).Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToList();
var (facts, perSecond, seconds) = (numbers.ElementAtOrDefault(0) is > 0 and var n ? n : 20_000, numbers.ElementAtOrDefault(1) is > 0 and var r ? r : 200, 10);
var profile = args.Contains("--profile");

await using var nats = await NatsServerProcess.StartAsync();
var folder = Directory.CreateTempSubdirectory("estospaces-event-bench").FullName;
if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
await using var postgres = await EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions
{
    DataDirectory = Path.Combine(folder, "postgres"),
    Settings = profile ? new Dictionary<string, string> { ["shared_preload_libraries"] = "pg_stat_statements", ["pg_stat_statements.track_planning"] = "on" } : new Dictionary<string, string>(),
});
await postgres.EnsureDatabasesAsync([PublishingModule.Database, ListeningModule.Database]);
if (profile) await Costs.WatchStatementsAsync(postgres);

var raw = await RawAsync();
Say($"NATS alone: publish + ack, 256 on their way: {raw:F0}/s");
var (bus, acks) = await BusAsync();
Say($"our bus: publish + ack with envelope and id, 256 on their way: {bus:F0}/s, ack {acks}, ratio to NATS alone {bus / raw:F2}");

Latency bare;
await using (var from = NpgsqlDataSource.Create(postgres.ConnectionString(PublishingModule.Database)))
await using (var to = NpgsqlDataSource.Create(postgres.ConnectionString(ListeningModule.Database)))
    bare = await Bare.SteadyAsync(from, to, nats.Options, perSecond, seconds);
Say($"by hand, nothing promised, at {perSecond}/s: {bare}");

foreach (var (name, url) in new[] { ("outbox → effect within the process", null), ("outbox → NATS → effect", nats.Url) })
{
    await using var road = await Road.StartAsync(postgres, url);
    if (profile) await Costs.StatementsAsync(postgres, 1);
    var before = await Costs.NowAsync(postgres, nats.ProcessId);
    var rate = await road.BurstAsync(facts);
    var after = await Costs.NowAsync(postgres, nats.ProcessId);
    Say($"{name}, {facts} facts of {facts / 10} subjects: {rate:F0}/s, {rate / raw:F3} of NATS alone");
    Say($"{after.Since(before, facts)}");
    if (profile) (await Costs.StatementsAsync(postgres, facts)).ForEach(Console.WriteLine);
    var steady = await road.SteadyAsync(perSecond, seconds);
    Say($"  at {perSecond}/s: {steady}; × by hand: p50 {steady.At(0.5) / bare.At(0.5):F1}, p99 {steady.At(0.99) / bare.At(0.99):F1}");
    if (profile) (await Costs.StatementsAsync(postgres, perSecond * seconds)).ForEach(Console.WriteLine);
}
return 0;

static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));

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

async Task<(double PerSecond, Latency Acks)> BusAsync()
{
    await using var bus = new NatsBus(nats.Options, NullLogger<NatsBus>.Instance);
    await bus.StartAsync(CancellationToken.None);
    await Until.HoldsAsync(async () =>
    {
        try { await bus.SettleAsync("payments", CancellationToken.None); return true; }
        catch (BusAwayException) { return false; }
    }, "the bus is there");
    var times = new List<double>();
    // Under a name whose stream nobody reads afterwards.
    var rate = await ManyAsync(i => bus.PublishAsync(Envelope(i) with { Type = "estospaces.payments.bench.v1" }, CancellationToken.None), times);
    return (rate, new Latency(times));
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
