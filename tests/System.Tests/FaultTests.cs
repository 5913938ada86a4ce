using System.Globalization;
using System.Net.Sockets;
using System.Text;
using EstoSpaces.Host.Split;
using EstoSpaces.Testing;
using Npgsql;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace EstoSpaces.System.Tests;

/// <summary>
/// What breaks in a cluster, while guests book and pay: processes killed and replaced, NATS, Redis and PostgreSQL killed, stalled, emptied. After each: no acknowledged booking lost,
/// no night sold twice, nobody charged twice, the ledger balances, every booking came to an end, every fact was handled. FAULT_BOOKINGS sets how many bookings go on around each (40 unless told), FAULT_SEED replays.
/// </summary>
[Collection("many processes")]
public sealed class FaultTests(WithManyProcesses with, ITestOutputHelper output)
{
    private static readonly int Bookings = int.Parse(Environment.GetEnvironmentVariable("FAULT_BOOKINGS") ?? "40", CultureInfo.InvariantCulture);
    private readonly ManyProcesses product = with.Product;
    private readonly int seed = int.Parse(Environment.GetEnvironmentVariable("FAULT_SEED") ?? Random.Shared.Next().ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    [Fact]
    public async Task Each_process_is_killed_in_turn_during_three_hundred_bookings()
    {
        var load = await PrepareAsync();
        await load.DuringAsync(seed, 300, async () =>
        {
            foreach (var module in Host.Modules.All().Select(m => m.Facts.Name))
            {
                var goal = load.Steps + 8;
                await Until.HoldsAsync(() => Task.FromResult(load.Steps), s => s >= goal, $"bookings go on before {module} is killed", 60);
                (await product.Split.ProcessOf(module).KillAsync()).ShouldBe(137);
                await product.Split.ReadyAsync(module, CancellationToken.None);
            }
        });
        await CheckAsync(load);
    }

    [Fact]
    public async Task NATS_is_killed_and_then_loses_its_data()
    {
        var load = await PrepareAsync();
        var servers = product.Split.Servers;
        await load.DuringAsync(seed, Bookings, async () =>
        {
            await SomeAsync(load);
            await servers.Nats!.KillAsync();
            await SomeAsync(load, 3);
            await servers.StartNatsAsync(CancellationToken.None);
            await SomeAsync(load);
            await servers.Nats!.KillAsync();
            Directory.Delete(servers.NatsStore, recursive: true);
            await servers.StartNatsAsync(CancellationToken.None);
        });
        await CheckAsync(load);
    }

    [Fact]
    public async Task Redis_is_flushed_stalled_and_killed()
    {
        var load = await PrepareAsync();
        var servers = product.Split.Servers;
        await load.DuringAsync(seed, Bookings, async () =>
        {
            await SomeAsync(load);
            await FlushRedisAsync(new Uri(servers.Environment["REDIS_URL"]));
            await SomeAsync(load);
            servers.Redis!.Send("STOP");
            using (var five = new PeriodicTimer(TimeSpan.FromSeconds(5))) await five.WaitForNextTickAsync();
            servers.Redis.Send("CONT");
            await SomeAsync(load);
            await servers.Redis.KillAsync();
            await SomeAsync(load);
            await servers.StartRedisAsync(CancellationToken.None);
        });
        load.Failures.Take(5).ShouldBeEmpty("Redis is a help, not a need");
        await CheckAsync(load);
    }

    [Fact]
    public async Task PostgreSQL_restarts_fast_at_once_and_after_a_kill()
    {
        var load = await PrepareAsync();
        foreach (var signal in (string[])["INT", "QUIT", "KILL"])
            await load.DuringAsync(seed, Bookings / 3, async () =>
            {
                await SomeAsync(load);
                await product.Split.Servers.RestartPostgresAsync(signal, CancellationToken.None);
                await product.ReadyAsync();
            });
        await CheckAsync(load);
    }

    [Fact]
    public async Task Twenty_processes_end_by_SIGTERM_under_load_and_no_request_fails()
    {
        var load = await PrepareAsync();
        await load.DuringAsync(seed, Bookings, async () =>
        {
            // Ten times another process of the module joins, the first one leaves and comes again, and the other leaves.
            string[] modules = ["bookings", "properties", "payments", "users", "search", "bookings", "media", "auth", "notifications", "payments"];
            foreach (var module in modules)
            {
                using var other = await product.StartInstanceAsync(module);
                (await product.Split.ReplaceAsync(module)).ShouldBe(0);
                await SomeAsync(load, 5);
                (await other.StopAsync(TimeSpan.FromSeconds(40))).ShouldBe(0);
            }
        });
        load.Failures.Take(5).ShouldBeEmpty($"{load.Failures.Count} failed. {product.Output}");
        await CheckAsync(load);
    }

    [Fact]
    public async Task Wallets_pay_while_the_processes_that_see_to_it_are_killed()
    {
        var host = await product.NewPersonAsync(host: true);
        await product.TakesEtherAsync(host);
        var checkIn = await product.InAsync(30);
        var payers = new List<WalletPayer>();
        foreach (var wallet in (await product.WalletsAsync()).Skip(2).Take(3)) payers.Add(await WalletPayer.NewAsync(product, host, wallet));
        var paying = Task.WhenAll(payers.Select(p => p.PayAsync(checkIn, stays: 3)));
        foreach (var module in (string[])["blockchain", "payments", "bookings", "blockchain"])
        {
            var goal = payers.Sum(p => p.Sent) + 1;
            await Until.HoldsAsync(() => Task.FromResult(payers.Sum(p => p.Sent)), n => n >= goal || paying.IsCompleted, $"wallets pay before {module} is killed", 120);
            (await product.Split.ProcessOf(module).KillAsync()).ShouldBe(137);
            await product.Split.ReadyAsync(module, CancellationToken.None);
        }
        await paying;
        foreach (var payer in payers) await payer.CheckAsync();
        await product.BooksAgreeAsync();
        await EveryFactIsHandledAsync();
    }

    private async Task<BookingLoad> PrepareAsync()
    {
        output.WriteLine($"FAULT_SEED={seed}");
        return await BookingLoad.PrepareAsync(product);
    }

    /// <summary>Lets bookings and payments go on for some steps.</summary>
    private static async Task SomeAsync(BookingLoad load, int steps = 15)
    {
        var goal = load.Steps + steps;
        await Until.HoldsAsync(() => Task.FromResult(load.Steps), s => s >= goal, "bookings and payments go on", 90);
    }

    private async Task CheckAsync(BookingLoad load)
    {
        output.WriteLine(load.Summary);
        load.Paid.ShouldBeGreaterThan(0, product.Output);
        await load.CheckAsync();
        await load.EverythingEndsAsync();
        await EveryFactIsHandledAsync();
        await load.CheckAsync();
    }

    /// <summary>No fact waits in an outbox, none is parked, none failed for good.</summary>
    private async Task EveryFactIsHandledAsync()
    {
        foreach (var module in Host.Modules.All().Where(m => m.Facts.Db is not null))
        {
            await using var source = NpgsqlDataSource.Create(product.Split.Servers.Postgres!.ConnectionString(module.Facts.Database!));
            await Until.HoldsAsync(() => CountAsync(source, "select count(*) from outbox where kind = 'event' and published_at is null and parked_at is null"), n => n == 0, $"the outbox of {module.Facts.Name} is empty", 90);
            (await CountAsync(source, "select (select count(*) from outbox where parked_at is not null) + (select count(*) from inbox_failures where parked_at is not null)")).ShouldBe(0, $"{module.Facts.Name} parked something");
        }
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task FlushRedisAsync(Uri address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {address.UserInfo.Split(':')[1]}\r\nFLUSHALL\r\n"));
        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync(), await reader.ReadLineAsync()).ShouldBe(("+OK", "+OK"));
    }
}
