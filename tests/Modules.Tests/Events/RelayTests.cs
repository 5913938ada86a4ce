using System.Collections.Concurrent;
using EstoSpaces.Contracts;
using EstoSpaces.Contracts.Bookings;
using EstoSpaces.Contracts.Events;
using EstoSpaces.Kernel.Events;
using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Events;

/// <summary>An outbox of its own with relays of several replicas on it, each with a bus that writes down what it was given.</summary>
public sealed class RelayTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Relay, EventEnvelope Fact)> heard = new();
    private readonly List<(OutboxRelay Relay, InProcessBus Bus)> replicas = [];
    private readonly string database = "relay_" + Guid.NewGuid().ToString("n");
    private TestProduct product = null!;
    private NpgsqlDataSource source = null!;

    public async Task InitializeAsync()
    {
        product = await TestProduct.SharedAsync();
        var any = product.Inside<NpgsqlDataSource>("bookings");
        await any.ExecuteAsync($"create database {database}", [], CancellationToken.None);
        source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(product.Inside<ModuleContext>("bookings").ConnectionString!()) { Database = database }.ConnectionString);
        await Migrations.ApplyAsync(source, typeof(RelayTests).Assembly, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        foreach (var (relay, bus) in replicas)
        {
            await relay.StopAsync(CancellationToken.None);
            relay.Dispose();
            await bus.DisposeAsync();
        }
        await source.DisposeAsync();
        await product.Inside<NpgsqlDataSource>("bookings").ExecuteAsync($"drop database {database} with (force)", [], CancellationToken.None);
    }

    [Fact]
    public async Task Two_replicas_carry_each_fact_once_and_those_of_a_subject_in_order_also_when_one_of_them_leaves()
    {
        var first = await ReplicaAsync("first");
        await ReplicaAsync("second");
        var homes = Enumerable.Range(0, 40).Select(_ => PropertyId.New()).ToList();
        await TellAsync(homes, times: 5);
        await CountAsync(40);
        await first.StopAsync(CancellationToken.None);
        await TellAsync(homes, times: 5);
        await CountAsync(400);
        await Until.HoldsAsync(() => CountAsync("published_at is null"), n => n == 0, "all are marked", seconds: 30);
        heard.Select(h => h.Fact.Id).ShouldBeUnique();
        foreach (var home in heard.GroupBy(h => h.Fact.Subject)) home.Select(h => h.Fact.Sequence).ShouldBe(Enumerable.Range(1, 10).Select(n => (long)n), home.Key);
    }

    [Fact]
    public async Task A_fact_that_the_bus_refuses_waits_with_the_later_ones_of_its_subject_and_the_others_go()
    {
        var (sick, sound) = (PropertyId.New(), PropertyId.New());
        var mended = false;
        await ReplicaAsync("only", fact => fact.Subject != sick.ToString() || Volatile.Read(ref mended));
        await TellAsync([sick, sound], times: 3);
        await Until.HoldsAsync(() => CountAsync("published_at is not null"), n => n == 3, "the sound ones are marked", seconds: 30);
        await Until.HoldsAsync(() => CountAsync("attempts > 0 and last_error is not null"), n => n == 1, "the first of the others was refused, and it alone", seconds: 30);
        Volatile.Write(ref mended, true);
        await Until.HoldsAsync(() => CountAsync("published_at is null"), n => n == 0, "all are marked", seconds: 60);
        heard.Where(h => h.Fact.Subject == sick.ToString()).Select(h => h.Fact.Sequence).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Positions_follow_the_numbers_of_a_subject_when_one_transaction_waits_for_another()
    {
        var home = PropertyId.New();
        await TellAsync([home], times: 1);
        await using var ahead = await source.OpenConnectionAsync();
        await using var transaction = await ahead.BeginTransactionAsync();
        await using var hold = ahead.Sql("select 1 from outbox_sequences for update");
        await hold.ExecuteNonQueryAsync();
        var behind = TellAsync([home], times: 1); // it has drawn its position and waits
        await Until.HoldsAsync(() => source.QueryAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'", [], r => r.GetInt64(0), CancellationToken.None), n => n[0] == 1, "it waits", seconds: 30);
        await Outbox.InsertAsync(ahead, [Taken(home)], DateTimeOffset.UtcNow, CancellationToken.None);
        await transaction.CommitAsync();
        await behind;
        (await source.QueryAsync("select sequence from outbox order by position", [], r => r.GetInt64(0), CancellationToken.None)).ShouldBe([1, 2, 3]);
    }

    private async Task<OutboxRelay> ReplicaAsync(string name, Func<EventEnvelope, bool>? takes = null)
    {
        var bus = new InProcessBus();
        bus.Subscribe("listener", [EventTypes.Of<NightsTaken>()], (fact, _) =>
        {
            if (takes?.Invoke(fact) == false) throw new NotYetException();
            heard.Enqueue((name, fact));
            return Task.CompletedTask;
        });
        await bus.StartAsync(CancellationToken.None);
        var context = product.Inside<ModuleContext>("bookings") with { Bus = bus };
        var relay = new OutboxRelay(context, source, new OutboxSignal(context.Clock), new OutboxPlace(context, source, NullLogger<OutboxPlace>.Instance), product.Inside<IServiceScopeFactory>("bookings"), NullLogger<OutboxRelay>.Instance);
        await relay.StartAsync(CancellationToken.None);
        replicas.Add((relay, bus));
        return relay;
    }

    private async Task TellAsync(IReadOnlyList<PropertyId> homes, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await using var connection = await source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await Outbox.InsertAsync(connection, homes.Select(Taken), DateTimeOffset.UtcNow, CancellationToken.None);
            await transaction.CommitAsync();
        }
    }

    private Task CountAsync(int count) => Until.HoldsAsync(() => Task.FromResult(heard.Count), n => n >= count, $"{count} facts are heard", seconds: 60);

    private async Task<long> CountAsync(string which) => (await source.QueryAsync($"select count(*) from outbox where {which}", [], r => r.GetInt64(0), CancellationToken.None)).Single();

    private static NightsTaken Taken(PropertyId home) => new(home, Guid.CreateVersion7(), new DateOnly(2027, 5, 3), new DateOnly(2027, 5, 8), "stay");
}
