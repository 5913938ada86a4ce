using EstoSpaces.Kernel.Hosting;
using EstoSpaces.Kernel.Postgres;
using EstoSpaces.Search.Index;
using EstoSpaces.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace EstoSpaces.Modules.Tests.Search;

/// <summary>Another replica of search, on the same database, which hears no event by itself.</summary>
public sealed class ReplicaTests(WithProduct fixture) : IClassFixture<WithProduct>
{
    private readonly TestProduct product = fixture.Product;

    private NpgsqlDataSource Source => product.Inside<NpgsqlDataSource>("search");

    private DateOnly FirstNight => DateOnly.FromDateTime(product.Now.UtcDateTime).AddDays(200);

    [Fact]
    public async Task What_one_replica_was_told_the_others_know()
    {
        await using var replica = await Replica.StartAsync(product);
        var home = await product.NewHomeAsync();
        await replica.ComesToKnowAsync(home);
        await TakeAsync(home);
        await TellAsync(home);
        await Until.HoldsAsync(() => Task.FromResult(!replica.IsFree(home, FirstNight, 1)), "nights that were taken are taken at the other replica");
        replica.IsFree(home, FirstNight.AddDays(3), 2).ShouldBeTrue();
    }

    [Fact]
    public async Task What_changes_while_the_line_is_broken_is_known_after_the_break()
    {
        await using var replica = await Replica.StartAsync(product);
        var home = await product.NewHomeAsync();
        await replica.ComesToKnowAsync(home);
        for (var broken = 0; broken < 3; broken++)
        {
            // Nobody is told of the change.
            var entry = await TakeAsync(home);
            await replica.BreakAsync(Source);
            await Until.HoldsAsync(() => Task.FromResult(!replica.IsFree(home, FirstNight, 1)), "after a break everything is read anew");
            await Source.ExecuteAsync("delete from search_taken_nights where entry_id = $1", [entry], CancellationToken.None);
            await TellAsync(home);
            await Until.HoldsAsync(() => Task.FromResult(replica.IsFree(home, FirstNight, 1)), "the new line is listened to");
        }
    }

    [Fact]
    public async Task Changes_that_never_stop_coming_are_read_all_the_same()
    {
        await using var replica = await Replica.StartAsync(product);
        var (home, other) = (await product.NewHomeAsync(), await product.NewHomeAsync());
        await replica.ComesToKnowAsync(home);
        using var enough = new CancellationTokenSource();
        var telling = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested) await TellAsync(other);
        });
        await TakeAsync(home);
        await TellAsync(home);
        await Until.HoldsAsync(() => Task.FromResult(!replica.IsFree(home, FirstNight, 1)), "nights that were taken are taken at the other replica");
        await enough.CancelAsync();
        await telling;
    }

    private async Task<Guid> TakeAsync(Home home)
    {
        var entry = Guid.CreateVersion7();
        await Source.ExecuteAsync("insert into search_taken_nights (entry_id, property_id, first_night, end_date) values ($1, $2, $3, $4)", [entry, home.Id.Value, FirstNight, FirstNight.AddDays(3)], CancellationToken.None);
        return entry;
    }

    private Task TellAsync(Home home) => Source.ExecuteAsync("select pg_notify('search_index', $1)", [home.Id.ToString()], CancellationToken.None);

    /// <summary>An index with connections of its own.</summary>
    private sealed class Replica(NpgsqlDataSource source, IndexKeeping keeping, ListingIndex index, string name) : IAsyncDisposable
    {
        public static async Task<Replica> StartAsync(TestProduct product)
        {
            var name = $"replica-{Guid.NewGuid():n}";
            var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(product.Inside<ModuleContext>("search").ConnectionString!()) { ApplicationName = name }.ConnectionString);
            var index = new ListingIndex(product.Product.Topology.Settings);
            var keeping = new IndexKeeping(source, index, NullLogger<IndexKeeping>.Instance);
            await keeping.StartAsync(CancellationToken.None);
            return new Replica(source, keeping, index, name);
        }

        public Task ComesToKnowAsync(Home home) => Until.HoldsAsync(() => Task.FromResult(index.Read(all => all.Any(l => l.Snapshot.Id == home.Id))), "a home that was published is known to the other replica");

        public bool IsFree(Home home, DateOnly from, int nights) => index.Read(all => all.Any(l => l.Snapshot.Id == home.Id && l.IsFree(from.DayNumber, from.DayNumber + nights)));

        /// <summary>Ends all its connections.</summary>
        public async Task BreakAsync(NpgsqlDataSource other) =>
            (await other.QueryAsync("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = $1", [name], r => r.GetInt64(0), CancellationToken.None)).Single().ShouldBeGreaterThan(0);

        public async ValueTask DisposeAsync()
        {
            await keeping.StopAsync(CancellationToken.None);
            await source.DisposeAsync();
        }
    }
}
